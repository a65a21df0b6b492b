import Type from "typebox";
import { afterId, LIMIT, paged } from "../../lib/cursor.ts";
import type { Fact } from "../../lib/fact.ts";
import { newId } from "../../lib/ids.ts";
import { decode, type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { dedupeKeyOf, type Kept, type Notice, opened, toldOf } from "./notification.ts";
import {
	notifications as contract,
	Notification,
	type Recipient,
} from "./notifications.contract.ts";

const { title: _, text: __, ...fields } = Notification.properties;
const notifications = table(
	"notification",
	Type.Object({
		...fields,
		payload: Type.Unsafe<Kept["payload"]>(Type.Object({})),
		dedupe_key: Type.String(),
		due_at: Type.Optional(Type.Integer()),
	}),
	"id",
);

/** Keeps each message once; answers those that are new. */
export async function addNotices(tx: Tx, notices: readonly Notice[]): Promise<Kept[]> {
	const at_ms = Date.now();
	const rows = notices.map((notice) =>
		opened(notice, { id: newId("ntf"), at_ms, dedupe_key: dedupeKeyOf(notice) }),
	);
	if (rows.length === 0) return [];
	return tx.insertAll(notifications, rows, "on conflict (dedupe_key) do nothing returning *");
}

export const findNotification = (db: Reader, id: string): Promise<Kept | undefined> =>
	db.find(notifications, { id });

export const getByKey = (db: Reader, dedupe_key: string): Promise<Kept> =>
	db.get(notifications, { dedupe_key });

/** Says whether it was still unread. */
export async function noteRead(tx: Tx, id: string): Promise<boolean> {
	const read = { status: "READ" as const, read_at: new Date().toISOString() };
	return (await tx.update(notifications, { id, status: "SENT" }, read)) > 0;
}

/**
 * Takes what is due for a while, so that no other replica sends it meanwhile; if this process dies,
 * it is due again after that while.
 */
export async function takeDue(tx: Tx, now: number, lease_ms: number): Promise<Kept[]> {
	const rows = await tx.query(TAKE, { now, until: now + lease_ms });
	return rows.map((row) => decode(notifications, row));
}
const DUE_MAX = 25; // carried at once: more would keep requests waiting
const TAKE = `
	update notification set due_at = $until where id in (
		select id from notification where due_at <= $now order by due_at, id limit ${DUE_MAX}
	) and due_at <= $now returning *`; // looked at again once the row is held: a replica may have had it

/**
 * Writes down what attempts have come to, and tells of it. What a replica has tried meanwhile,
 * because this one was too long about it, is that one's to tell.
 */
export async function noteTried(tx: Tx, tried: readonly Tried[]): Promise<void> {
	const rows = tried.map(({ after }) => ({ ...FORGOTTEN, ...after }) as Kept);
	const noted = await tx.insertAll(notifications, rows, `on conflict (id) do update set ${TRIED}`);
	const announceOf = new Map(tried.map(({ after, announce }) => [after.id, announce]));
	for (const kept of noted) {
		const [told, announce] = [toldOf(kept), announceOf.get(kept.id)];
		if (kept.status === "SENT") await announce?.(tx, contract.sent(told));
		if (kept.status === "DEAD")
			await announce?.(tx, contract.failed({ ...told, error: kept.error ?? "" }));
	}
}
interface Tried {
	after: Kept;
	announce(tx: Tx, fact: Fact): Promise<void>;
}
/** What an attempt leaves out is forgotten: an error that is over, a time that has passed. */
const FORGOTTEN = { error: null, locale: null, due_at: null, sent_at: null };
const TRIED = ["status", "attempts", ...Object.keys(FORGOTTEN)]
	.map((column) => `${column} = excluded.${column}`)
	.join(", ")
	.concat(" where notification.attempts = excluded.attempts - 1 returning *");

/** When the next one is due, if any is. */
export async function nextDue(db: Reader): Promise<number | undefined> {
	const [row] = await db.query<{ due_at: number | null }>(
		"select min(due_at) as due_at from notification where due_at is not null",
	);
	return row?.due_at ?? undefined;
}

export async function listFor(db: Reader, names: readonly Recipient[], asked: Asked) {
	const { limit = LIMIT, cursor, status = null, channel = null } = asked;
	const before = afterId.read(cursor) ?? "zzzz";
	const bind = { before, status, channel, limit: limit + 1 };
	const rows = await db.query(LIST, { ...NOBODY, ...bind, ...named(names) });
	return paged(
		rows.map((row) => decode(notifications, row) as Kept),
		limit,
		afterId.write,
	);
}
const NAMES = [0, 1, 2]; // a person, its role, its role at its store
const NOBODY = Object.fromEntries(
	NAMES.flatMap((n) => [
		[`type${n}`, ""],
		[`id${n}`, ""],
	]),
);
const named = (names: readonly Recipient[]) =>
	Object.fromEntries(
		names.flatMap(({ recipient_type, recipient_id }, n) => [
			[`type${n}`, recipient_type],
			[`id${n}`, recipient_id],
		]),
	);

/** The latest of each name, by the index; then the latest of all. */
const LIST = NAMES.map(
	(n) => `
	select * from (
		select * from notification
		where recipient_type = $type${n} and recipient_id = $id${n} and id < $before
			and status = coalesce($status, status) and channel = coalesce($channel, channel)
		order by id desc limit $limit
	) as named${n}`,
)
	.join(" union all ")
	.concat(" order by id desc limit $limit");

interface Asked {
	limit?: number;
	cursor?: string;
	status?: string | null;
	channel?: string | null;
}
