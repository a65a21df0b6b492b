import type { ServiceBroker } from "moleculer";
import { mixin } from "../lib/service.ts";

/** Has `work` done every so often while the service runs. What fails is left to the next time. */
export const every = (each_ms: number, work: (broker: ServiceBroker) => Promise<unknown>) => {
	const timers = new WeakMap<object, NodeJS.Timeout>();
	return mixin<object>({
		started() {
			const turn = () =>
				work(this.broker).catch((err) => this.logger.warn("work that recurs has failed", err));
			timers.set(this, setInterval(() => void turn(), each_ms).unref());
		},
		stopped() {
			clearInterval(timers.get(this));
		},
	});
};
