import type { Sent, Sink } from "../bus.ts";
import { READ_MAX } from "./feed.ts";

/** Reads the feed for one sink, at that sink's own pace. */
export class Lane {
	readonly sink: Sink;
	/** What its cursor says is safe there. */
	saved: number;
	#read: number;
	#rewinds = 0;
	readonly #after: (feed_seq: number) => Promise<readonly Sent[]>;
	readonly #stop = Promise.withResolvers<void>();
	#isStopped = false;
	#isAsked = false;
	#reading: Promise<void> | undefined;

	constructor(sink: Sink, feed_seq: number, after: (feed_seq: number) => Promise<readonly Sent[]>) {
		this.sink = sink;
		this.saved = this.#read = feed_seq;
		this.#after = after;
	}

	/** There may be more: answers once all is read, which a slow sink may delay for long. */
	wake(): Promise<void> {
		this.#isAsked = true;
		this.#reading ??= this.#readOn();
		return this.#reading;
	}

	/** Reads again from there, whatever it is doing. */
	rewind(feed_seq: number): void {
		this.saved = this.#read = feed_seq;
		this.#rewinds++;
	}

	async stop(): Promise<void> {
		this.#isStopped = true;
		this.#stop.resolve();
		await this.#reading?.catch(() => {}); // said by whoever woke it
	}

	async #readOn(): Promise<void> {
		try {
			while (this.#isAsked && !this.#isStopped) {
				this.#isAsked = false;
				const rewinds = this.#rewinds;
				const facts = await this.#after(this.#read);
				const last = facts.at(-1);
				// What is numbered from now on wakes us: only a full page says that there may be more.
				this.#isAsked ||= facts.length >= READ_MAX || rewinds !== this.#rewinds;
				if (rewinds !== this.#rewinds || !last) continue; // read before it was rewound
				this.#read = last.feed_seq;
				await Promise.race([this.sink.take(facts), this.#stop.promise]);
			}
		} finally {
			this.#reading = undefined;
		}
	}
}
