import { decide } from "../../services/saga/decide.ts";
import { byVersion, DEFINITIONS } from "../../services/saga/definitions.ts";
import type { SagaEvent } from "../../services/saga/event.ts";
import type { State } from "../../services/saga/state.ts";
import { rows } from "../support/ledgers.ts";
import type { Checks, Evidence } from "./checks.ts";

interface Saga {
	saga_id: string;
	name: string;
	version: number;
	hash: string;
	business_key: string;
	kind: string;
	status: string;
	rev: number;
	doc: string;
}
interface Line {
	saga_id: string;
	seq: number;
	type: string;
	step: string | null;
	direction: string | null;
	outcome: string | null;
	epoch: number;
	event: string;
}
const sagasOf = (data_dir: string) => rows<Saga>(data_dir, "saga", "select * from saga");
const led = (data_dir: string) => sagasOf(data_dir).filter(({ kind }) => kind === "orchestrated");
const histories = (data_dir: string) =>
	Map.groupBy(
		rows<Line>(data_dir, "saga", "select * from saga_history order by saga_id, seq"),
		({ saga_id }) => saga_id,
	);

/** Undone in the reverse order of intents, one after the other; nothing at all past the pivot. */
function reversed({ data_dir }: Evidence): string[] {
	const lines = histories(data_dir);
	return led(data_dir).flatMap(({ saga_id, doc }) => {
		const { steps }: State = JSON.parse(doc);
		const done = (lines.get(saga_id) ?? []).filter(({ outcome }) => outcome === "OK");
		const undos = done.filter(({ direction }) => direction === "undo").map(({ step }) => step);
		const places = undos.map((name) => steps.findIndex(({ step }) => step === name));
		const isReversed = places.every((at, n) => n === 0 || at < (places[n - 1] ?? 0));
		const legs = undos.map((name) => steps.find(({ step }) => step === name)?.undo);
		const isApart = legs.every(
			(leg, n) => n === 0 || (leg?.started_at ?? 0) >= (legs[n - 1]?.ended_at ?? 0),
		);
		const isPast = steps.some(({ kind, do: leg }) => kind === "pivot" && leg.status === "OK");
		return [
			...(isReversed && isApart ? [] : [`${saga_id} undid ${undos.join(", ")}`]),
			...(isPast && undos.length > 0 ? [`${saga_id} undid past its pivot`] : []),
		];
	});
}

/** Who writes later in a saga's life has taken it later. */
function epochsRise({ data_dir }: Evidence): string[] {
	const lives = histories(data_dir);
	return led(data_dir).flatMap(({ saga_id }) => {
		const lines = lives.get(saga_id) ?? [];
		const fall = lines.find(({ epoch }, n) => n > 0 && epoch < (lines[n - 1]?.epoch ?? 0));
		const before = fall && lines[fall.seq - 2]?.epoch;
		return fall ? [`${saga_id} falls from ${before} to ${fall.epoch} at ${fall.seq}`] : [];
	});
}

/** What a saga's row says is what its history makes of it. */
function folded({ data_dir }: Evidence): string[] {
	const definition = byVersion(DEFINITIONS);
	const lives = histories(data_dir);
	return led(data_dir).flatMap((saga) => {
		const lines = lives.get(saga.saga_id) ?? [];
		const known = definition(saga);
		if (!known) return [`${saga.saga_id} has a definition that nobody knows`];
		const state = lines.reduce<State | null>((before, { event }) => {
			const decision = decide(known, before, JSON.parse(event) as SagaEvent);
			return typeof decision === "string" ? before : decision.state;
		}, null);
		const isRow = sorted(state) === sorted(JSON.parse(saga.doc)) && saga.rev === lines.length;
		return isRow ? [] : [`${saga.saga_id} is not the fold of its history`];
	});
}
const sorted = (value: unknown): string =>
	JSON.stringify(value, (_, part: unknown) =>
		typeof part === "object" && part !== null && !Array.isArray(part)
			? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
			: part,
	);

/** What is bought is led by one saga, whichever way it goes, unless the one before was undone. */
function single({ data_dir }: Evidence): string[] {
	const live = sagasOf(data_dir).filter(({ status }) => status !== "COMPENSATED");
	const orders = ["order-processing", "order-choreographed"];
	const nameOf = ({ name, business_key }: Saga) =>
		`${orders.includes(name) ? "order" : name} ${business_key}`;
	return [...Map.groupBy(live, nameOf)].flatMap(([name, all]) =>
		all.length === 1 ? [] : [`${name} has ${all.length} sagas`],
	);
}

/** Those that had not ended so long after the faults were over, or after they began. */
export const lateSagas = ({ data_dir }: Evidence, over_at: number, limit_ms: number): string[] =>
	rows<{ saga_id: string; late_ms: number }>(
		data_dir,
		"saga",
		`select saga_id, coalesce(finished_at, 9e15) - max(created_at, ${over_at}) as late_ms from saga
		where coalesce(finished_at, 9e15) > max(created_at, ${over_at}) + ${limit_ms}`,
	).map(({ saga_id, late_ms }) => `${saga_id} ended ${late_ms} ms later`);

export const sagaChecks: Checks = {
	"G6 G8 I5 undone in the reverse order, one after the other, and nothing past the pivot": reversed,
	"I6 epochs never fall within a saga": epochsRise,
	"G11 D15 I7 a saga is the fold of its history": folded,
	"G1 I11 one saga for each business key": single,
};
