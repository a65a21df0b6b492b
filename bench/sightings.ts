const LOOK_MS = 5;

/** When each position was first seen to be projected, by who looks again and again. */
export class Sightings {
	readonly #look: () => Promise<number>;
	readonly #seen: { readonly position: number; readonly at: number }[] = [];
	#timer: NodeJS.Timeout | undefined;

	constructor(look: () => Promise<number>) {
		this.#look = look;
	}

	/** The last position that was seen. */
	get seen(): number {
		return this.#seen.at(-1)?.position ?? 0;
	}

	start(): void {
		const again = async () => {
			const position = await this.#look();
			if (position > this.seen) this.#seen.push({ position, at: Date.now() });
			if (this.#timer) this.#timer = setTimeout(() => void again(), LOOK_MS);
		};
		this.#timer = setTimeout(() => void again(), LOOK_MS);
	}

	stop(): void {
		clearTimeout(this.#timer);
		this.#timer = undefined;
	}

	/** Milliseconds from when they happened to when they were seen. */
	lags(events: readonly { readonly position?: number; readonly occurred_at?: number }[]) {
		let next = 0;
		const lags = events.map(({ position = 0, occurred_at = 0 }) => {
			while ((this.#seen[next]?.position ?? Number.POSITIVE_INFINITY) < position) next++;
			return (this.#seen[next]?.at ?? Number.NaN) - occurred_at;
		});
		lags.sort((a, b) => a - b);
		const at = (share: number) => lags[Math.floor(lags.length * share)] ?? Number.NaN;
		return { p50: at(0.5), p99: at(0.99) };
	}
}
