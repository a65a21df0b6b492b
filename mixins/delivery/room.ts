/** Where they wait whose facts there is no room for. */
export class Room {
	#waiting: (() => void)[] = [];

	/** No longer than that, if it is said: then there may be none. */
	wait(limit_ms?: number): Promise<void> {
		return new Promise((resolve) => {
			const timer = limit_ms && setTimeout(resolve, limit_ms).unref();
			this.#waiting.push(() => {
				if (timer) clearTimeout(timer);
				resolve();
			});
		});
	}
	open(): void {
		for (const resolve of this.#waiting) resolve();
		this.#waiting = [];
	}
}
