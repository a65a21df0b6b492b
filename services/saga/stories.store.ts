import Type from "typebox";
import { decode } from "../../mixins/database/table.ts";
import { type Tx, table } from "../../mixins/database.mixin.ts";
import type { Head, Run } from "./journal.ts";
import { runOf, sagas } from "./saga.store.ts";
import type { Scene } from "./story-fact.ts";

const Story = Type.Object({
	name: Type.String(),
	business_key: Type.String(),
	saga_id: Type.Optional(Type.String()),
	waiting: Type.Unsafe<Scene[]>(Type.Array(Type.Object({}))),
});
const stories = table("observed", Story, "name", "business_key");
export type Story = typeof stories.row & {};
export type About = Pick<Story, "name" | "business_key">;

export const storyKey = ({ name, business_key }: About) => `${name}/${business_key}`;

/** Makes the rows that are missing and locks them all, in one order, in one statement. */
export async function lockStories(tx: Tx, about: readonly About[]): Promise<Map<string, Story>> {
	const fresh = [...new Map(about.map((one) => [storyKey(one), one])).values()]
		.map(({ name, business_key }) => ({ name, business_key, waiting: [] }))
		.sort((a, b) => (storyKey(a) < storyKey(b) ? -1 : 1));
	const rows = await tx.insertAll(stories, fresh, LOCK);
	return new Map(rows.map((row) => [storyKey(row), row]));
}
const LOCK = `on conflict (name, business_key) do update set saga_id = observed.saga_id returning *`;

export const saveStories = (tx: Tx, changed: readonly Story[]) =>
	tx.insertAll(
		stories,
		changed.map(({ name, business_key, saga_id, waiting }) => ({
			name,
			business_key,
			...(saga_id && { saga_id }),
			waiting,
		})),
		`on conflict (name, business_key) do update
			set saga_id = excluded.saga_id, waiting = excluded.waiting`,
	);

/** It will never begin: what was heard of it is let go. */
export const forgetStory = (tx: Tx, { name, business_key }: About) =>
	tx.remove(stories, { name, business_key });

export async function runsOf(tx: Tx, saga_ids: readonly string[]): Promise<Map<string, Run>> {
	if (saga_ids.length === 0) return new Map();
	const holes = saga_ids.map((_, n) => `$id_${n}`);
	const rows = await tx.query<object>(
		`select * from saga where saga_id in (${holes}) order by saga_id $lock`,
		Object.fromEntries(saga_ids.map((id, n) => [`id_${n}`, id])),
	);
	const runs = rows.map((row) => runOf(decode(sagas, row)) as Run);
	return new Map(runs.map((run) => [run.head.saga_id, run]));
}

/** A story that was heard of before its request could be written down is that request's. */
export const claimStory = (tx: Tx, { saga_id, request_key, request_hash }: Head) =>
	tx.update(
		sagas,
		{ saga_id },
		{ saga_id, ...(request_key && { request_key }), ...(request_hash && { request_hash }) },
	);

/**
 * Somebody tries to place it who was not the first: who has found nobody can no longer say that
 * nobody has it. False once it is over. What nobody owns has no epoch: its column counts these.
 */
export async function tryAgain(tx: Tx, saga_id: string): Promise<boolean> {
	const sql = `update saga set epoch = epoch + 1
		where saga_id = $saga_id and finished_at is null returning saga_id`;
	return (await tx.query(sql, { saga_id })).length > 0;
}
export async function isTriedOnce(tx: Tx, saga_id: string): Promise<boolean> {
	const { epoch } = await tx.get(sagas, { saga_id });
	return epoch === 0;
}

/** Stories of which nothing has been heard for longer than they allow. */
export async function silentSince(tx: Tx, until: number): Promise<Run[]> {
	const rows = await tx.query<{ saga_id: string }>(
		`select saga_id from saga where shard = 0 and finished_at is null and wake_at <= $until
			and kind = 'choreographed' and blocked = 0 order by wake_at limit 100`,
		{ until },
	);
	const runs = await runsOf(
		tx,
		rows.map(({ saga_id }) => saga_id),
	);
	return [...runs.values()];
}
