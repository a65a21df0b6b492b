import type { Heard } from "../../lib/fact.ts";
import { projection } from "../../mixins/projections/projection.ts";
import type { Rows } from "../../mixins/projections/working-set.ts";
import { sagas as told } from "../saga/saga.contract.ts";
import { sagaStats } from "./sagas.store.ts";
import { dayOf } from "./sale.ts";

type Count = "started" | "turned" | "blocked" | "completed" | "compensated";
type Told = Pick<Heard<typeof told.started>, "payload" | "occurred_at">;
type Ended = Pick<Heard<typeof told.completed>, "payload" | "occurred_at">;

export const sagas = projection({
	name: "sagas",
	version: 1,
	models: [sagaStats],
	on: {
		[told.started.event]: (rows: Rows, fact: Told) => count(rows, fact, "started"),
		[told.turned.event]: (rows: Rows, fact: Told) => count(rows, fact, "turned"),
		[told.blocked.event]: (rows: Rows, fact: Told) => count(rows, fact, "blocked"),
		[told.completed.event]: (rows: Rows, fact: Ended) =>
			count(rows, fact, "completed", fact.payload.duration),
		[told.compensated.event]: (rows: Rows, fact: Ended) =>
			count(rows, fact, "compensated", fact.payload.duration),
	},
});

/** `took` is in seconds, as sagas say it. */
function count(rows: Rows, { payload, occurred_at }: Told, what: Count, took = 0): void {
	const key = { business_date: dayOf(occurred_at), name: payload.name };
	rows.add(sagaStats, key, { [what]: 1, duration_ms: Math.round(took * 1_000) });
}
