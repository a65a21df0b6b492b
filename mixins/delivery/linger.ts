import type { Recorded } from "../../lib/fact.ts";
import type { Sent } from "../bus.ts";

/** A commit for each fact that only moves a watermark would be the dearest part of it. */
const LINGER_MS = 100;

/** Lets facts that nobody reacts to wait a little for company: who reacts to the next takes them along. */
export class Linger {
	readonly #reacts: (fact: Recorded) => boolean;
	readonly #wake: () => void;
	#timer: NodeJS.Timeout | undefined;
	#isOver = false;

	constructor(wake: () => void, reacts: (fact: Recorded) => boolean = () => true) {
		this.#wake = wake;
		this.#reacts = reacts;
	}

	/** What is to be applied now, of what is ready: all, or nothing yet. */
	due(ready: Sent[], isFull: boolean): Sent[] {
		if (!isFull && !this.#isOver && !ready.some(({ fact }) => this.#reacts(fact))) {
			if (ready.length > 0) this.#timer ??= setTimeout(() => this.#end(), LINGER_MS);
			return [];
		}
		this.close();
		this.#isOver = false;
		return ready;
	}

	close(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	#end(): void {
		this.#timer = undefined;
		this.#isOver = true;
		this.#wake();
	}
}
