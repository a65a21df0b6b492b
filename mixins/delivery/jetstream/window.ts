import type { Sent } from "../../bus.ts";

export const WINDOW_MAX = 256; // beyond what is safe: what a repair sends again at least

/** Facts on their way to a stream: which may go next, and up to where all are safe. */
export class Window {
	/** Not acknowledged, or behind one that is not; in the order of the feed. */
	#facts: Sent[] = [];
	readonly #sent = new Map<number, Sent>();
	readonly #acknowledged = new Set<number>();
	readonly #busy = new Set<string>();

	get size(): number {
		return this.#facts.length;
	}
	get inFlight(): number {
		return this.#sent.size;
	}

	add(facts: readonly Sent[]): void {
		this.#facts.push(...facts);
	}

	/** At most one of a key is on its way, so that none can overtake another. */
	next(): Sent[] {
		const last = (this.#facts[0]?.feed_seq ?? 0) + WINDOW_MAX;
		const free: Sent[] = [];
		const behind = new Set<string>();
		for (const one of this.#facts) {
			if (one.feed_seq >= last) break;
			const { key } = one.fact;
			if (this.#acknowledged.has(one.feed_seq) || this.#busy.has(key) || behind.has(key)) continue;
			behind.add(key);
			free.push(one);
		}
		return free;
	}

	send(one: Sent): void {
		this.#sent.set(one.feed_seq, one);
		this.#busy.add(one.fact.key);
	}

	/** Answers the fact, unless it was not on its way. */
	acknowledge(feed_seq: number): Sent | undefined {
		const one = this.#sent.get(feed_seq);
		if (!one) return undefined;
		this.#sent.delete(feed_seq);
		this.#busy.delete(one.fact.key);
		this.#acknowledged.add(feed_seq);
		return one;
	}

	/** Lets go of those that nothing is missing before; answers the last of them. */
	advance(): number | undefined {
		let count = 0;
		for (const { feed_seq } of this.#facts) {
			if (!this.#acknowledged.delete(feed_seq)) break;
			count++;
		}
		return this.#facts.splice(0, count).at(-1)?.feed_seq;
	}

	/** What is on its way may be lost: it goes again. */
	again(): void {
		this.#sent.clear();
		this.#busy.clear();
	}

	clear(): void {
		this.again();
		this.#facts = [];
		this.#acknowledged.clear();
	}
}
