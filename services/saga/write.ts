import { type Database, decode, type Tx } from "../../mixins/database.mixin.ts";
import type { Journal, Run, Write } from "./journal.ts";
import { fence, type Held } from "./lease.store.ts";
import { insertMany, tuples, valuesOf } from "./multi-row.ts";
import { findHolder, runOf, sagas } from "./saga.store.ts";
import { pending, type State } from "./state.ts";

/** The rows of a saga as its owner writes them; `says` puts its facts into the same transaction. */
export function journal(
	db: Database,
	held: () => Held,
	says: (tx: Tx, write: Write) => Promise<void>,
): Journal {
	/** What is another's to drive is left to it: two would take it from each other. */
	const mine = async (sql: string, bind: Record<string, unknown>) => {
		const { shard } = held();
		return shard === undefined ? [] : readable(db, sql, { shard, ...bind });
	};
	return {
		commit: (batch) =>
			db.write(async (tx) => {
				const tenure = held();
				await fence(tx, tenure);
				const { epoch, shard } = tenure;
				const [starts, moves] = [
					batch.filter(({ rev }) => rev === 0),
					batch.filter(({ rev }) => rev > 0),
				];
				const taken = new Set([
					...(await insertSagas(tx, starts, epoch, shard)),
					...(await updateSagas(tx, moves, epoch)),
				]);
				const written = batch.filter(({ head }) => taken.has(head.saga_id));
				await addHistory(tx, written, epoch);
				for (const write of written) await says(tx, write);
				return taken;
			}),
		load: (saga_id) => db.read(async (read) => runOf(await read.find(sagas, { saga_id }))),
		holder: (head) => db.read(async (read) => runOf(await findHolder(read, head))),
		asked: (request_key) => db.read(async (read) => runOf(await read.find(sagas, { request_key }))),
		blocked: () => mine(BLOCKED, {}),
		due: (until, limit) => mine(DUE, { until, limit }),
	};
}

const BLOCKED = `select * from saga where shard = $shard and blocked = 1 and finished_at is null
	and kind = 'orchestrated' order by saga_id limit 500`;
const DUE = `select * from saga where shard = $shard and finished_at is null and wake_at <= $until
	and kind = 'orchestrated' order by wake_at limit $limit`;
const BLOCK = "update saga set blocked = 1 where saga_id = $saga_id and finished_at is null";

/** A row that cannot be understood is blocked alone: it does not stop the rest. */
async function readable(db: Database, sql: string, bind: Record<string, unknown>): Promise<Run[]> {
	const rows = await db.read((read) => read.query<{ saga_id: string }>(sql, bind));
	const runs = rows.map((row) => understood(row) ?? row.saga_id);
	const broken = runs.filter((run) => typeof run === "string");
	if (broken.length > 0)
		await db.write(async (tx) => {
			for (const saga_id of broken) await tx.query(BLOCK, { saga_id });
		});
	return runs.filter((run) => typeof run === "object");
}

function understood(row: object): Run | undefined {
	try {
		return runOf(decode(sagas, row));
	} catch {
		return undefined;
	}
}

const moving = (state: State) => ({
	status: state.status,
	state: state.state,
	step: pending(state)?.run.step ?? null,
	blocked: Number(state.blocked),
	paused: Number(state.paused),
	exceptions: state.exceptions,
	wake_at: state.wake_at,
	doc: state,
	error: state.error ?? null,
	updated_at: state.updated_at,
	finished_at: state.finished_at,
});

export async function insertSagas(tx: Tx, starts: readonly Write[], epoch: number, shard = 0) {
	if (starts.length === 0) return [];
	const rows = starts.map(({ head, decision: { state } }) => ({
		shard,
		kind: "orchestrated",
		traceparent: null,
		request_key: null,
		request_hash: null,
		order_id: null,
		customer_id: null,
		...head,
		...moving(state),
		rev: 1,
		epoch,
		deadline_at: state.deadline_at,
		created_at: state.created_at,
	}));
	return idsOf(await insertMany(tx, "saga", rows, " on conflict do nothing returning saga_id"));
}

export async function updateSagas(tx: Tx, moves: readonly Write[], epoch: number) {
	if (moves.length === 0) return [];
	const rows = moves.map(({ head: { saga_id }, rev, decision: { state } }) => ({
		id: saga_id,
		seen: rev,
		epoch,
		...moving(state),
	}));
	const columns = Object.keys(rows[0] as object);
	const sets = columns.slice(2).map((column) => `${column} = v.${column}`);
	const sql = `with v (${columns}) as (values ${tuples(rows, columns)})
		update saga set rev = v.seen + 1, ${sets} from v
		where saga.saga_id = v.id and saga.rev = v.seen returning saga.saga_id`;
	return idsOf(await tx.query<{ saga_id: string }>(sql, valuesOf(rows)));
}

export async function addHistory(tx: Tx, written: readonly Write[], epoch: number) {
	if (written.length === 0) return;
	const rows = written.map(({ head: { saga_id }, rev, event, decision: { passed } }) => {
		const told = event as { step?: string; direction?: string; attempt?: number; actor?: string };
		return {
			saga_id,
			seq: rev + 1,
			at: event.at,
			type: event.type,
			step: told.step ?? null,
			direction: told.direction ?? null,
			attempt: told.attempt ?? null,
			outcome: event.type === "OUTCOME" ? event.outcome : null,
			passed,
			epoch,
			actor: told.actor ?? null,
			event,
		};
	});
	await insertMany(tx, "saga_history", rows, " returning saga_id");
}

const idsOf = (rows: { saga_id: string }[]) => rows.map(({ saga_id }) => saga_id);
