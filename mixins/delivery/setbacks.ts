import type { Reader, Sent } from "../bus.ts";
import { wasAbsent } from "../database/away.ts";
import type { Holds } from "./holds.ts";

const RETRY_MS = 5_000; // while not even parking works
const AWAY_MS = 1_000; // until the database is asked again, for as long as it is away
const GAP_ALERT_MS = 60_000;

/** How long facts wait that cannot be applied now, and when one is given up. */
export class Setbacks {
	readonly #reader: Reader;
	readonly #holds: Holds;

	constructor(reader: Reader, holds: Holds) {
		this.#reader = reader;
		this.#holds = holds;
	}

	/** Those before it have not come. */
	missing(one: Sent): void {
		const { producer, key, key_seq } = one.fact;
		if (this.#holds.age_ms(key) > GAP_ALERT_MS) {
			this.#reader.warn("the facts before this one are missing", { producer, key, key_seq });
			this.#holds.end(key); // says so again a while later
		}
		this.#holds.expect(key);
	}

	/** True if the database was away: no fact is to blame, so it is not an attempt of any. */
	away(batch: readonly Sent[], err: unknown): boolean {
		if (!wasAbsent(err)) return false;
		this.#reader.warn("facts wait: the database is away", { err, facts: batch.length });
		for (const { fact } of batch) this.#holds.wait(fact.key, AWAY_MS);
		return true;
	}

	/** True once it is parked: it is not tried any more. */
	async failed(one: Sent, error: unknown): Promise<boolean> {
		const { producer, key, key_seq, event } = one.fact;
		const attempts = this.#holds.tried(key);
		const delay_ms = this.#reader.retries_ms[attempts - 1];
		const told = { producer, event, key, key_seq, attempts };
		this.#reader.warn("a fact is not applied", { err: error, ...told });
		if (delay_ms !== undefined) {
			this.#holds.wait(key, delay_ms);
			return false;
		}
		try {
			await this.#reader.park(one, error, attempts);
			return true;
		} catch (err) {
			this.#reader.warn("a fact can be neither applied nor parked", { err, ...told });
			this.#holds.wait(key, RETRY_MS);
			return false;
		}
	}
}
