import { afterId, LIMIT, paged } from "../../lib/cursor.ts";
import type { Reader } from "../../mixins/database.mixin.ts";
import type { Run } from "./journal.ts";
import type { SagaView } from "./saga.contract.ts";
import { runOf, sagas } from "./saga.store.ts";
import type { Passed } from "./view.ts";

/** Sagas from the newest to the oldest: their ids sort by age. */
export async function listSagas(read: Reader, { limit = LIMIT, ...filter }: Filter) {
	const cursor = afterId.read(filter.cursor);
	const { status, customer_id, active } = filter;
	const equal = { name: filter.name, order_id: filter.order_id, business_key: filter.business_key };
	const named = Object.entries(equal).filter(([, value]) => value !== undefined);
	const where = [
		...named.map(([column]) => `${column} = $${column}`),
		filter.claim_id !== undefined && "business_key = $claim_id and kind = 'choreographed'",
		cursor !== undefined && "saga_id < $cursor",
		status && "state = $status",
		customer_id !== undefined && "customer_id = $customer_id",
		active && "finished_at is null",
	].filter(Boolean);
	const bind = {
		...Object.fromEntries(named),
		...(filter.claim_id !== undefined && { claim_id: filter.claim_id }),
		...(cursor !== undefined && { cursor }),
		...(status && { status }),
		...(customer_id !== undefined && { customer_id }),
	};
	const condition = where.length > 0 ? `where ${where.join(" and ")}` : "";
	const rows = await read.query<{ saga_id: string }>(
		`select saga_id from saga ${condition} order by saga_id desc limit $limit`,
		{ ...bind, limit: limit + 1 },
	);
	const { items, ...page } = paged(rows, limit, ({ saga_id }) => afterId.write({ id: saga_id }));
	const runs = await Promise.all(
		items.map(async ({ saga_id }) => runOf(await read.get(sagas, { saga_id })) as Run),
	);
	return { ...page, runs };
}

interface Filter {
	limit?: number;
	cursor?: string;
	status?: string;
	customer_id?: string | undefined;
	active?: boolean;
	name?: string;
	business_key?: string;
	order_id?: string;
	claim_id?: string;
}

export async function passedBy(read: Reader, saga_id: string): Promise<Passed[]> {
	const rows = await read.query<{ seq: number; at: number; passed: string }>(
		"select seq, at, passed from saga_history where saga_id = $saga_id order by seq",
		{ saga_id },
	);
	return rows.map(({ seq, at, passed }) => ({ seq, at, passed: JSON.parse(passed) as string[] }));
}

interface Count {
	state: string;
	status: string;
	n: number;
	blocked: number;
	lasted_ms: number | null;
}
export async function countSagas(read: Reader) {
	const rows = await read.query<Count>(
		`select state, status, count(*) as n, sum(blocked) as blocked,
			avg(finished_at - created_at) as lasted_ms from saga group by state, status`,
	);
	const of = (status: string) => rows.find((row) => row.status === status);
	const sum = (field: "n" | "blocked") =>
		rows.reduce((total, row) => total + Number(row[field] ?? 0), 0);
	const [completed, compensated] = [of("COMPLETED"), of("COMPENSATED")];
	const total = sum("n");
	const [won, lost] = [Number(completed?.n ?? 0), Number(compensated?.n ?? 0)];
	return {
		total,
		active: total - won - lost,
		blocked: sum("blocked"),
		completed: won,
		compensated: lost,
		...(won + lost > 0 && { success_rate: won / (won + lost) }),
		...seconds("mean_duration", completed),
		...seconds("mean_compensation_duration", compensated),
		by_status: Object.fromEntries(rows.map(({ state, n }) => [state, Number(n)])),
	};
}

const seconds = <N extends string>(name: N, row: Count | undefined) =>
	(row?.lasted_ms == null ? {} : { [name]: Number(row.lasted_ms) / 1_000 }) as {
		[K in N]?: number;
	};

export async function liveByVersion(read: Reader): Promise<Map<string, number>> {
	const rows = await read.query<{ name: string; version: number; n: number }>(
		"select name, version, count(*) as n from saga where finished_at is null group by name, version",
	);
	return new Map(rows.map(({ name, version, n }) => [`${name}@${version}`, Number(n)]));
}

/** How the order sagas of these orders ended; those that live, or never were, are left out. */
export async function endedOf(read: Reader, order_ids: string[]) {
	const rows = await read.query<{ order_id: string; status: string }>(
		`select order_id, state as status from saga
		where name in ('order-processing', 'order-choreographed') and finished_at is not null
			and order_id in (${holes(order_ids)})`,
		named(order_ids),
	);
	return rows as { order_id: string; status: SagaView["status"] }[];
}

export async function liveOf(read: Reader, saga_ids: string[]): Promise<string[]> {
	const rows = await read.query<{ saga_id: string }>(
		`select saga_id from saga where finished_at is null and saga_id in (${holes(saga_ids)})`,
		named(saga_ids),
	);
	return rows.map(({ saga_id }) => saga_id);
}

/** Orders that nobody has placed yet, though they have been asked for since before an instant. */
export async function unplacedOf(read: Reader, before: number): Promise<string[]> {
	const rows = await read.query<{ saga_id: string }>(
		`select saga_id from saga where state = 'PENDING' and name = 'order-choreographed'
			and finished_at is null and created_at < $before order by saga_id limit 200`,
		{ before },
	);
	return rows.map(({ saga_id }) => saga_id);
}

const holes = (ids: string[]) => ids.map((_, n) => `$id_${n}`);
const named = (ids: string[]) => Object.fromEntries(ids.map((id, n) => [`id_${n}`, id]));
