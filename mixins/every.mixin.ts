import type { ServiceBroker } from "moleculer";
import { asService } from "../config/identity.ts";
import { mixin } from "../lib/service.ts";

type Work = (broker: ServiceBroker, params: object, options: object) => Promise<unknown>;

/**
 * Has the service call an action, its own as a rule, again and again: `ms` after it last ended.
 * One that fails is logged, and its turn comes again.
 */
export const every = (ms: number, work: Work) => {
	const timers = new WeakMap<object, NodeJS.Timeout>();
	return mixin<object>({
		started() {
			const again = () => {
				const next = () =>
					work(this.broker, {}, { headers: asService(this.name) })
						.catch((err) => this.logger.warn("periodic work failed, and is tried again", err))
						.finally(() => timers.has(this) && again());
				timers.set(this, setTimeout(() => void next(), ms).unref());
			};
			again();
		},
		stopped() {
			clearTimeout(timers.get(this));
			timers.delete(this);
		},
	});
};
