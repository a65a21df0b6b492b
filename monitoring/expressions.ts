import { BOARDS } from "./grafana/files.ts";
import { GROUPS, RECORDED } from "./prometheus/files.ts";

/** An expression that somebody asks Prometheus, and where it stands. */
export interface Asked {
	readonly where: string;
	readonly expr: string;
}

/** What Grafana fills in: every context, route and instance. */
const filled = (expr: string, window: string, range: string) =>
	expr
		.replaceAll("$__rate_interval", window)
		.replaceAll("$__range", range)
		.replace(/\$(context|route|instance)\b/g, ".*");

/** Every expression of every panel but Loki's, of every recording rule and of every alert. */
export const asked = (window = "1m", range = "1h"): Asked[] => [
	...panels().map(({ where, expr }) => ({ where, expr: filled(expr, window, range) })),
	...recordings(),
	...GROUPS.flatMap(({ alerts }) => alerts.map(({ name, expr }) => ({ where: name, expr }))),
];

export const panels = (): Asked[] =>
	BOARDS.flatMap(({ uid, rows }) =>
		rows.flatMap(({ panels }) =>
			panels
				.filter(({ type }) => type !== "logs")
				.flatMap(({ title, curves }) =>
					Object.entries(curves).map(([curve, expr]) => ({
						where: `${uid} / ${title} / ${curve}`,
						expr,
					})),
				),
		),
	);

export const recordings = (): Asked[] =>
	RECORDED.map(({ record, expr }) => ({ where: record, expr }));

/** What a live Prometheus must have data for: panels and recordings, as Grafana would ask them. */
export const shown = (window: string, range: string): Asked[] => [
	...panels().map(({ where, expr }) => ({ where, expr: filled(expr, window, range) })),
	...RECORDED.map(({ record }) => ({ where: record, expr: record })),
];
