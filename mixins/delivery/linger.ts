import type { Recorded } from "../../lib/fact.ts";
import type { Reader, Sent } from "../bus.ts";

/** A commit for each fact that only moves a watermark would be the dearest part of it. */
const IDLE_MS = 200;
const PATIENT_MS = 200; // of two followers in a row it is twice that: below a second

/**
 * Lets facts that are not urgent wait a little for company: one that is takes them along. All who
 * wait are released at the same beats of the clock, so that those of one database share a commit.
 */
export class Linger {
	readonly #isUrgent: (fact: Recorded) => boolean;
	readonly #beat_ms: number;
	readonly #wake: () => void;
	#timer: NodeJS.Timeout | undefined;
	#isOver = false;

	constructor(wake: () => void, { reacts = () => true, isPatient = false }: Manner = {}) {
		this.#wake = wake;
		this.#isUrgent = isPatient ? () => false : reacts;
		this.#beat_ms = isPatient ? PATIENT_MS : IDLE_MS;
	}

	/** What is to be applied now, of what is ready: all, or nothing yet. */
	due(ready: Sent[], isFull: boolean): Sent[] {
		if (!isFull && !this.#isOver && !ready.some(({ fact }) => this.#isUrgent(fact))) {
			if (ready.length > 0) this.#timer ??= setTimeout(() => this.#end(), this.#untilBeat_ms());
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

	#untilBeat_ms(): number {
		return this.#beat_ms - (Date.now() % this.#beat_ms);
	}

	#end(): void {
		this.#timer = undefined;
		this.#isOver = true;
		this.#wake();
	}
}

type Manner = Pick<Reader, "reacts" | "isPatient">;
