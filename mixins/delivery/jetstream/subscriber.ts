import type { Reader } from "../../bus.ts";
import type { Link } from "./link.ts";
import type { Settings } from "./settings.ts";
import { producerOf } from "./stream.ts";
import { Subscription } from "./subscription.ts";

const LOOK_MS = 2_000; // a context that is deployed is heard by those who hear all after so long

/** What one context hears: of the producers that it names, or of all whose streams it finds. */
export class Subscriber {
	readonly #link: Link;
	readonly #settings: Settings;
	readonly #reader: Reader;
	readonly #subscriptions = new Map<string, Subscription>();
	#timer: NodeJS.Timeout | undefined;
	#leave: (() => void) | undefined;

	constructor(link: Link, settings: Settings, reader: Reader) {
		this.#link = link;
		this.#settings = settings;
		this.#reader = reader;
		if (reader.producers.has("*")) {
			this.#timer = setInterval(() => void this.#look(), LOOK_MS);
			this.#leave = link.use(() => void this.#look());
		} else for (const producer of reader.producers) this.#hear(producer);
	}

	async leave(): Promise<void> {
		clearInterval(this.#timer);
		this.#timer = undefined;
		this.#leave?.();
		await Promise.all([...this.#subscriptions.values()].map((one) => one.close()));
	}

	#hear(producer: string): void {
		if (this.#subscriptions.has(producer)) return;
		const one = new Subscription(this.#link, this.#settings, this.#reader, producer);
		this.#subscriptions.set(producer, one);
	}

	async #look(): Promise<void> {
		try {
			const jsm = await this.#link.nats?.jetstreamManager({ checkAPI: false });
			for await (const name of jsm?.streams.names() ?? []) {
				const producer = producerOf(name);
				if (this.#timer && producer && this.#reader.hears(producer)) this.#hear(producer);
			}
		} catch (err) {
			const { context } = this.#reader;
			this.#settings.warn("the streams to hear are not to be seen for now", { context, err });
		}
	}
}
