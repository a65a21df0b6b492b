import type { Alert, Group, Series } from "./alert.ts";

/** A share of what was asked for that must go well, over 30 days. */
export interface Objective {
	readonly name: string;
	readonly title: string;
	/** 0.001 when 99.9 % must go well. */
	readonly budget: number;
	/** The rates per second of what was asked for, and of what of it went wrong, over a window. */
	readonly all: (window: string) => string;
	readonly bad: (window: string) => string;
	/** What pages when the budget burns, as it is called in `<pages>BurnFast`; without it nothing does. */
	readonly pages?: { readonly name: string; readonly felt: string; readonly board: string };
	/** Series of which `bad` in a million go wrong: for the tests of its rules. */
	readonly series: (bad: number) => Series;
}

const HTTP = "http_server_request_duration_seconds";
const PLACING = [
	"/api/v1/orders",
	"/orders",
	"/api/v1/sagas/orders",
	"/api/saga/start",
	".*/order-processing",
	".*/checkout",
].join("|");
const placing = `method="POST",route=~"${PLACING}"`;

const rate = (name: string, window: string, matchers = "") =>
	`sum(rate(${name}${matchers && `{${matchers}}`}[${window}]))`;
/** A name that nothing was ever counted under is a zero, not a hole. */
const orNone = (expr: string) => `(${expr} or vector(0))`;
const MILLION = 1_000_000;

/** Requests that end in 5xx. */
const answered = (matchers: string, labels: string) => ({
	all: (window: string) => rate(`${HTTP}_count`, window, matchers),
	bad: (window: string) =>
		orNone(rate(`${HTTP}_count`, window, [matchers, 'code=~"5.."'].filter(Boolean).join(","))),
	series: (bad: number): Series => ({
		[`${HTTP}_count{${labels},code="200"}`]: `+${MILLION - bad}`,
		[`${HTTP}_count{${labels},code="503"}`]: `+${bad}`,
	}),
});

/** Prometheus 3 writes `5.0` where 2 writes `5`. */
const edge = (seconds: number) =>
	Number.isInteger(seconds) ? `le=~"${seconds}(.0)?"` : `le="${seconds}"`;

/** What takes longer than the edge of a bucket. */
const within = (histogram: string, edge_s: number, labels = "") => {
	const series = (suffix: string, more = "") => {
		const matchers = [labels, more].filter(Boolean).join(",");
		return `${histogram}_${suffix}${matchers && `{${matchers}}`}`;
	};
	return {
		all: (window: string) => rate(`${histogram}_count`, window),
		bad: (window: string) =>
			`(${rate(`${histogram}_count`, window)} - ${rate(`${histogram}_bucket`, window, edge(edge_s))})`,
		series: (bad: number): Series => ({
			[series("count")]: `+${MILLION}`,
			[series("bucket", `le="${edge_s}"`)]: `+${MILLION - bad}`,
		}),
	};
};

const SAGA = "saga_orchestrator_saga_duration_seconds";
const board = "comptoir-slo";

export const objectives: readonly Objective[] = [
	{
		name: "api",
		title: "Requests answered",
		budget: 0.001,
		pages: { name: "Api", felt: "Requests are answered 5xx.", board },
		...answered("", 'method="GET",route="/api/v1/products"'),
	},
	{
		name: "checkout",
		title: "Orders taken",
		budget: 0.0005,
		pages: { name: "Checkout", felt: "Customers cannot place orders.", board },
		...answered(placing, 'method="POST",route="/api/v1/orders"'),
	},
	{
		name: "latency",
		title: "Answered in 105 ms",
		budget: 0.05,
		pages: { name: "Latency", felt: "Most pages feel slow.", board },
		...within(HTTP, 0.105, 'route="/api/v1/products"'),
	},
	{
		name: "latency_tail",
		title: "Answered in 200 ms",
		budget: 0.01,
		pages: { name: "LatencyTail", felt: "Some pages feel slow.", board },
		...within(HTTP, 0.2, 'route="/api/v1/products"'),
	},
	{ name: "saga", title: "Sagas ended in 5 s", budget: 0.05, ...within(SAGA, 5) },
	{ name: "saga_tail", title: "Sagas ended in 10 s", budget: 0.005, ...within(SAGA, 10) },
	{
		name: "compensation",
		title: "Undone in 10 s",
		budget: 0.01,
		...within("saga_compensation_duration_seconds", 10),
	},
	{
		name: "events",
		title: "Facts applied in 5 s",
		budget: 0.001,
		...within("event_end_to_end_seconds", 5),
	},
];

const WINDOWS = ["5m", "30m", "1h", "6h", "3d"] as const;

/** How fast a budget may burn before somebody is told: in both windows, so that it ends soon after the fault does. */
export const BURNS = [
	{ speed: "Fast", factor: 14.4, long: "1h", short: "5m", severity: "page", spent: "2 %" },
	{ speed: "Slow", factor: 6, long: "6h", short: "30m", severity: "page", spent: "5 %" },
	{ speed: "Leak", factor: 1, long: "3d", short: "6h", severity: "ticket", spent: "10 %" },
] as const;

const TRAFFIC = 0.1; // requests per second: one failure in a quiet night is no trend

export const recorded = objectives.flatMap(({ name, all, bad }) => [
	{ record: `${name}:requests:rate5m`, expr: all("5m") },
	...WINDOWS.map((window) => ({
		record: `${name}:errors:ratio_rate${window}`,
		expr: `${bad(window)} / ${all(window)}`,
	})),
]);

const burn = (of: Objective, pages: NonNullable<Objective["pages"]>): Alert[] =>
	BURNS.map(({ speed, factor, long, short, severity, spent }) => {
		const limit = Number((factor * of.budget).toPrecision(6));
		const over = (window: string) => `${of.name}:errors:ratio_rate${window} > ${limit}`;
		return {
			name: `${pages.name}Burn${speed}`,
			expr: `${over(long)} and ${over(short)} and ${of.name}:requests:rate5m > ${TRAFFIC}`,
			severity,
			slo: of.name,
			keep_firing_for: "5m",
			summary: `${pages.felt} ${spent} of the month's budget burnt in ${long}`,
			description: `"${of.title}" burns ${factor} times too fast, over ${long} and ${short}.`,
			board: pages.board,
			runbook: `${pages.name.replace("Tail", "").toLowerCase()}-burn`,
			fires: { series: of.series(Math.ceil(limit * MILLION) + 10), labels: [{}] },
			silent: [of.series(Math.floor(limit * MILLION) - 10), quiet(of.series(MILLION))],
			at: "10m",
		};
	});

/** The same, a value a minute, so seldom that it says nothing. */
const quiet = (series: Series): Series =>
	Object.fromEntries(
		Object.entries(series).map(([name, step]) => [
			name,
			`0+${(Number(String(step).slice(1)) / MILLION) * TRAFFIC * 59}x200`,
		]),
	);

export const burning: Group = {
	name: "burning",
	alerts: objectives.flatMap((of) => (of.pages ? burn(of, of.pages) : [])),
};
