import type { Place, Reader, Sent, Sink } from "../bus.ts";
import { Holds } from "./holds.ts";
import { Linger } from "./linger.ts";
import { Room } from "./room.ts";
import { Setbacks } from "./setbacks.ts";

const BATCH_MAX = 256; // applied as one unit of work
const READY_MAX = 512; // beyond, the feed waits: it is the buffer
const HELD_MAX = 10_000; // the same for what stands behind facts that fail

/** For a bus that must be told: it is applied or parked; those before it have not come. */
interface Hooks {
	settled?(one: Sent): void;
	missing?(one: Sent): void;
	/**
	 * How long it takes no more when it is full. Where facts that are missing come again among the
	 * others, it would wait for them for ever: it may hold nothing but their followers.
	 */
	readonly full_ms?: number;
}

/** Brings facts of one producer to one reader: in order within a key, past keys that fail. */
export class KeyQueues implements Sink {
	readonly name: string;
	readonly #reader: Reader;
	readonly #hooks: Hooks;
	/** Taken but not done, in the order of the feed. */
	#waiting: Sent[] = [];
	readonly #done = new Set<Sent>();
	readonly #holds = new Holds(() => this.#go());
	readonly #setbacks: Setbacks;
	#taken = 0;
	readonly #room = new Room();
	#isClosed = false;
	#working: Promise<void> | undefined;
	readonly #linger: Linger;

	constructor(reader: Reader, hooks: Hooks = {}) {
		this.name = reader.context;
		this.#reader = reader;
		this.#linger = new Linger(() => this.#go(), reader);
		this.#hooks = hooks;
		this.#setbacks = new Setbacks(reader, this.#holds);
	}

	open({ feed_seq }: Place): void {
		this.#taken = feed_seq;
	}

	async take(facts: readonly Sent[]): Promise<void> {
		this.#waiting.push(...facts);
		// What is brought again comes behind all that waits for it: a full batch would never reach it.
		this.#waiting.sort((a, b) => a.feed_seq - b.feed_seq);
		this.#taken = facts.at(-1)?.feed_seq ?? this.#taken;
		this.#go();
		if (!this.#hasRoom()) await this.#room.wait(this.#hooks.full_ms);
	}

	safe(): number {
		return this.#waiting[0] ? this.#waiting[0].feed_seq - 1 : this.#taken;
	}

	/** Not `safe`: behind a key that waits, what others have done is done. */
	readonly lag = (head: number): number => Math.max(0, head - this.#taken) + this.#waiting.length;

	async close(): Promise<void> {
		this.#isClosed = true;
		this.#holds.close();
		this.#linger.close();
		await this.#working;
	}

	#go(): void {
		const batch = this.#working === undefined ? this.#due() : [];
		if (batch.length === 0) return;
		this.#working = this.#work(batch).finally(() => {
			this.#working = undefined;
			this.#go(); // more may have become ready while the work was ending
		});
	}

	async #work(first: Sent[]): Promise<void> {
		for (let batch = first; batch.length > 0; batch = this.#due()) {
			await this.#together(batch);
			this.#waiting = this.#waiting.filter((one) => !this.#done.delete(one));
			if (this.#hasRoom()) this.#room.open();
		}
	}

	#due(): Sent[] {
		const ready = (this.#isClosed ? [] : this.#waiting)
			.values()
			.filter(({ fact }) => !this.#holds.has(fact.key))
			.take(BATCH_MAX)
			.toArray();
		return this.#linger.due(ready, ready.length === BATCH_MAX);
	}

	async #together(batch: Sent[]): Promise<void> {
		try {
			const verdicts = await this.#reader.apply(batch);
			for (const [index, one] of batch.entries())
				if (verdicts[index] === "gap") this.#missing(one);
				else this.#settle(one);
		} catch (error) {
			if (this.#setbacks.away(batch, error)) return;
			const [first] = batch;
			if (first && batch.length === 1) return this.#failed(first, error);
			const keys = Map.groupBy(batch, ({ fact }) => fact.key);
			await Promise.all([...keys.values()].map((facts) => this.#inTurn(facts)));
		}
	}

	async #inTurn(facts: Sent[]): Promise<void> {
		// One that is brought again may stand behind its followers: they would hold it back for ever.
		for (const one of facts.toSorted((a, b) => a.fact.key_seq - b.fact.key_seq))
			if (!this.#holds.has(one.fact.key)) await this.#together([one]);
	}

	#settle(one: Sent): void {
		this.#done.add(one);
		this.#holds.end(one.fact.key);
		this.#hooks.settled?.(one);
	}

	#missing(one: Sent): void {
		this.#hooks.missing?.(one);
		this.#setbacks.missing(one);
	}

	async #failed(one: Sent, error: unknown): Promise<void> {
		if (await this.#setbacks.failed(one, error)) this.#settle(one);
	}

	#hasRoom(): boolean {
		if (this.#isClosed || this.#waiting.length >= HELD_MAX) return false;
		return this.#waiting.filter(({ fact }) => !this.#holds.has(fact.key)).length < READY_MAX;
	}
}
