import type { Bus } from "../../bus.ts";
import { Link } from "./link.ts";
import { Publisher } from "./publisher.ts";
import type { Settings } from "./settings.ts";
import { Subscriber } from "./subscriber.ts";

/** Across processes: each producer has a stream, each reader a place in the streams that it hears. */
export function jetStream({ url, ...options }: Options): Bus {
	const settings: Settings = {
		mesh: "comptoir",
		replicas: 1,
		ack_wait_ms: 5_000,
		check_ms: 10_000,
		warn: () => {},
		...options,
	};
	const link = new Link(url, settings.warn);
	const publishers = new Map<string, Publisher>();
	return {
		sinks(producer) {
			const known = publishers.get(producer);
			const publisher =
				known?.isFinished === false ? known : new Publisher(link, settings, producer);
			publishers.set(producer, publisher);
			return [publisher];
		},
		subscribe(reader) {
			const subscriber = new Subscriber(link, settings, reader);
			return () => subscriber.leave();
		},
		close: () => link.close(),
	};
}

type Options = { url: string } & Partial<Settings>;
