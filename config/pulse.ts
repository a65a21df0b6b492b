const BEAT_MS = 1_000;

/** How late the event loop was at its last beat, in milliseconds. */
export class Pulse {
	late_ms = 0;
	#due = performance.now() + BEAT_MS;
	readonly #timer = setInterval(() => this.#beat(), BEAT_MS).unref();

	#beat(): void {
		this.late_ms = Math.max(0, performance.now() - this.#due);
		this.#due = performance.now() + BEAT_MS;
	}

	stop(): void {
		clearInterval(this.#timer);
	}
}
