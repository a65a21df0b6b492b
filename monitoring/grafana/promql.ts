const RANGE = "[$__rate_interval]";
/** One letter for each is what keeps expressions readable: by which labels, and of which series only. */
interface Of {
	readonly by?: string;
	readonly where?: string;
}
const select = (name: string, where = "") => `${name}${where && `{${where}}`}`;
const by = (labels = "") => (labels ? ` by (${labels})` : "");

/** How many a second. */
export const rate = (name: string, { by: labels, where }: Of = {}) =>
	`sum${by(labels)} (rate(${select(name, where)}${RANGE}))`;

/** How many over the time that the board shows. */
export const total = (name: string, { by: labels, where }: Of = {}) =>
	`sum${by(labels)} (increase(${select(name, where)}[$__range]))`;

/** What that share of the histogram's values stays under. */
export const quantile = (share: number, histogram: string, { by: labels, where }: Of = {}) =>
	`histogram_quantile(${share}, sum by (${["le", labels].filter(Boolean).join(", ")}) (rate(${select(`${histogram}_bucket`, where)}${RANGE})))`;

export const mean = (histogram: string, of: Of = {}) =>
	`${rate(`${histogram}_sum`, of)} / ${rate(`${histogram}_count`, of)}`;

/** The three that a latency is told by. */
export const quantiles = (histogram: string, of: Of = {}) => ({
	p50: quantile(0.5, histogram, of),
	p95: quantile(0.95, histogram, of),
	p99: quantile(0.99, histogram, of),
});

/** Of a gauge, over its replicas. */
export const sum = (name: string, { by: labels, where }: Of = {}) =>
	`sum${by(labels)} (${select(name, where)})`;
export const max = (name: string, { by: labels, where }: Of = {}) =>
	`max${by(labels)} (${select(name, where)})`;

/** Nothing of the kind has ever happened: that is 0, not unknown. */
export const orNone = (expr: string) => `${expr} or vector(0)`;
