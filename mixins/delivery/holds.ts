const GAP_MS = 100;
const GAP_MAX_MS = 1_000;

/** A key whose next fact failed, or has not come yet. */
interface Hold {
	attempts: number;
	timer?: NodeJS.Timeout | undefined;
	readonly since: number;
}

/** Which keys wait for a while, so that others can pass. `wake` is called when one may go on. */
export class Holds {
	readonly #holds = new Map<string, Hold>();
	readonly #wake: () => void;
	#isClosed = false;

	constructor(wake: () => void) {
		this.#wake = wake;
	}
	has(key: string): boolean {
		return this.#holds.get(key)?.timer !== undefined;
	}
	/** How often its fact was tried, this time included. */
	tried(key: string): number {
		return ++this.#of(key).attempts;
	}
	age_ms(key: string): number {
		return Date.now() - this.#of(key).since;
	}
	wait(key: string, delay_ms: number): void {
		if (this.#isClosed) return;
		const hold = this.#of(key);
		clearTimeout(hold.timer);
		hold.timer = setTimeout(() => {
			hold.timer = undefined;
			this.#wake();
		}, delay_ms);
	}
	/** Waits for the one before it, longer and longer: a replica may be trying it for minutes. */
	expect(key: string): void {
		this.wait(key, Math.min(Math.max(this.age_ms(key), GAP_MS), GAP_MAX_MS));
	}
	end(key: string): void {
		clearTimeout(this.#holds.get(key)?.timer);
		this.#holds.delete(key);
	}
	close(): void {
		this.#isClosed = true;
		for (const { timer } of this.#holds.values()) clearTimeout(timer);
	}
	#of(key: string): Hold {
		const hold = this.#holds.get(key) ?? { attempts: 0, since: Date.now() };
		this.#holds.set(key, hold);
		return hold;
	}
}
