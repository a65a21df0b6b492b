import Type from "typebox";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import type { Saga } from "../../sagas/saga.ts";
import { graphOf, hashOf } from "./definitions.ts";
import type { Head, Run } from "./journal.ts";
import type { State } from "./state.ts";

const Row = Type.Object({
	saga_id: Type.String(),
	kind: Type.Optional(Type.Enum(["orchestrated", "choreographed"])),
	name: Type.String(),
	version: Type.Integer(),
	hash: Type.String(),
	business_key: Type.String(),
	request_key: Type.Optional(Type.String()),
	request_hash: Type.Optional(Type.String()),
	order_id: Type.Optional(Type.String()),
	customer_id: Type.Optional(Type.String()),
	correlation_id: Type.String(),
	traceparent: Type.Optional(Type.String()),
	actor: Type.String(),
	state: Type.String(),
	rev: Type.Integer(),
	epoch: Type.Integer(),
	blocked: Type.Integer(),
	wake_at: Type.Optional(Type.Integer()),
	doc: Type.Unsafe<State>(Type.Object({})),
	created_at: Type.Integer(),
	finished_at: Type.Optional(Type.Integer()),
});
export const sagas = table("saga", Row, "saga_id");
type Row = typeof sagas.row & {};

export const definitions = table(
	"saga_definition",
	Type.Object({
		name: Type.String(),
		version: Type.Integer(),
		hash: Type.String(),
		graph: Type.Unsafe<object>(Type.Object({})),
		first_seen_at: Type.Integer(),
	}),
	"name",
	"version",
);

/** Who has the same request, or lives under the same business key. */
export async function findHolder(read: Reader, { name, request_key, business_key }: Head) {
	if (request_key) {
		const asked = await read.find(sagas, { request_key });
		if (asked) return asked;
	}
	const live = await read.query<{ saga_id: string }>(HOLDER, {
		name,
		business_key,
		isOrder: Number(ORDERS.includes(name)),
	});
	return live[0] && read.find(sagas, { saga_id: live[0].saga_id });
}

/** One thing is sold once, whichever of these sells it. */
export const ORDERS = ["order-processing", "order-choreographed"];
const HOLDER = `select saga_id from saga where business_key = $business_key
	and status <> 'COMPENSATED' and (name = $name
		or (cast($isOrder as bigint) = 1 and name in ('order-processing', 'order-choreographed')))`;

export function runOf(row: Row | undefined): Run | undefined {
	if (!row) return undefined;
	const { rev, doc } = row;
	const head = Object.fromEntries(
		HEAD.flatMap((field) => (row[field] === undefined ? [] : [[field, row[field]]])),
	) as unknown as Head;
	return { head, rev, state: doc };
}

const HEAD = [
	"saga_id",
	"kind",
	"name",
	"version",
	"hash",
	"business_key",
	"request_key",
	"request_hash",
	"order_id",
	"customer_id",
	"correlation_id",
	"traceparent",
	"actor",
] as const satisfies (keyof Head)[];

/** A process that would run another definition under the same version must not start. */
export async function pinDefinitions(tx: Tx, known: readonly Saga[]): Promise<void> {
	for (const saga of known) {
		const { name, version } = saga;
		const hash = hashOf(saga);
		const kept = await tx.find(definitions, { name, version });
		if (kept?.hash === hash) continue;
		const live = await tx.query<{ saga_id: string }>(LIVE_OF_VERSION, { name, version });
		if (kept && live.length > 0)
			throw new Error(
				`Saga ${name} version ${version} has changed while ${live.length} or more of it live (${live[0]?.saga_id}): give the change a new version`,
			);
		const graph = graphOf(saga);
		await tx.save(definitions, { name, version, hash, graph, first_seen_at: Date.now() });
	}
}

const LIVE_OF_VERSION = `select saga_id from saga
	where name = $name and version = $version and finished_at is null and kind = 'orchestrated'
	limit 10`;
