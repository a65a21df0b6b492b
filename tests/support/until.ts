const STEP_MS = 10;

/** Waits for a condition; after `limit_ms` it says what was seen last. */
export async function until<T>(
	see: () => Promise<T> | T,
	holds: (seen: T) => boolean = Boolean,
	limit_ms = 10_000,
): Promise<T> {
	const end = performance.now() + limit_ms;
	for (;;) {
		const seen = await see();
		if (holds(seen)) return seen;
		if (performance.now() > end) throw new Error(`Not in time. Seen: ${JSON.stringify(seen)}`);
		await new Promise((resolve) => setTimeout(resolve, STEP_MS));
	}
}
