import { objectives } from "../../prometheus/objectives.ts";
import { type Board, bars, chart, row, stat } from "../board.ts";
import { max } from "../promql.ts";

const KEPT = "15d"; // as long as Prometheus remembers: half of the month that an objective is for
const left = ({ bad, all, budget }: (typeof objectives)[number]) =>
	`1 - ${bad(KEPT)} / ${all(KEPT)} / ${budget}`;
const burning = (window: string) =>
	Object.fromEntries(
		objectives.map(({ name, title, budget }) => [
			title,
			`${name}:errors:ratio_rate${window} / ${budget}`,
		]),
	);

/** What was promised, and how much of what may go wrong has gone wrong. */
export const slo: Board = {
	uid: "comptoir-slo",
	title: "Objectives",
	description: "What may go wrong in a month, and how fast it does.",
	variables: [],
	rows: [
		row(
			"Budget left, of the last 15 days",
			...objectives.map((of) =>
				stat(of.title, "percentunit", left(of), {
					why: `${Number(((1 - of.budget) * 100).toFixed(3))} % must go well. Below 0 nothing is left.`,
				}),
			),
		),
		row(
			"Burn",
			chart("Over an hour", "short", burning("1h"), {
				limit: 14.4,
				why: "1 uses the month's budget in a month; from 14.4 on somebody is paged.",
			}),
			chart("Over six hours", "short", burning("6h"), { limit: 6 }),
			bars("Over three days", "short", burning("3d"), { limit: 1 }),
			chart(
				"Projections behind",
				"s",
				{ "{{projection}}": max("projection_lag_seconds", { by: "projection" }) },
				{ limit: 10 },
			),
		),
		row(
			"Traffic",
			chart(
				"What objectives are about",
				"cps",
				Object.fromEntries(objectives.map(({ name, title }) => [title, `${name}:requests:rate5m`])),
			),
		),
	],
};
