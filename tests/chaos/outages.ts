/** When a server that all need was away: who fails then is excused. */
export function outages() {
	let away = 0;
	let back_at = Number.NEGATIVE_INFINITY;
	return {
		async during(work: () => Promise<void>): Promise<void> {
			away++;
			try {
				await work();
			} finally {
				away--;
				back_at = performance.now();
			}
		},
		/** It is away now, or was after this moment. */
		since: (at: number) => away > 0 || back_at > at,
	};
}
export type Outages = ReturnType<typeof outages>;
