/** What a curve shows: an expression, and how each of its series is called (`{{action}}`). */
export type Curves = Readonly<Record<string, string>>;

export interface Panel {
	readonly title: string;
	readonly type: "timeseries" | "stat" | "bargauge" | "logs";
	readonly curves: Curves;
	readonly unit: string;
	readonly why?: string;
	/** Above it is bad. */
	readonly limit?: number;
	readonly width: number;
	readonly height: number;
}
export interface Row {
	readonly title: string;
	readonly panels: readonly Panel[];
}
export interface Board {
	readonly uid: string;
	readonly title: string;
	readonly description: string;
	readonly variables: readonly ("context" | "route" | "instance")[];
	readonly rows: readonly Row[];
}

type Options = Partial<Pick<Panel, "why" | "limit">>;
export const WIDE = 24; // Grafana's columns; a narrow screen gives every panel all of them
const [HALF, QUARTER] = [WIDE / 2, WIDE / 4];

/** Values over time. */
export const chart = (
	title: string,
	unit: string,
	curves: Curves,
	options: Options = {},
): Panel => ({
	...{ title, type: "timeseries", unit, curves, width: HALF, height: 8 },
	...options,
});
/** One number, as it is now. */
export const stat = (title: string, unit: string, expr: string, options: Options = {}): Panel => ({
	...{ title, type: "stat", unit, curves: { now: expr }, width: QUARTER, height: 4 },
	...options,
});
/** A bar for each series, as it is now: on a phone it reads better than a table. */
export const bars = (
	title: string,
	unit: string,
	curves: Curves,
	options: Options = {},
): Panel => ({
	...{ title, type: "bargauge", unit, curves, width: HALF, height: 8 },
	...options,
});
/** Lines of Loki's. */
export const logs = (title: string, expr: string): Panel => ({
	...{ title, type: "logs", unit: "none", curves: { lines: expr }, width: WIDE, height: 10 },
});
export const row = (title: string, ...panels: Panel[]): Row => ({ title, panels });
