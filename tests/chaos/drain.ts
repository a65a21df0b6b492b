import type { Books } from "./books.ts";
import { KEEPERS } from "./readers.ts";

const UNSENT = `select count(*) as n from outbox where feed_seq is null
	or feed_seq > (select coalesce(max(feed_seq), 0) from outbox_cursor where sink = 'jetstream')`;

const TOLD = "select coalesce(sum(last_seq), 0) as n from outbox_key";
const HEARD = "select producer, coalesce(sum(last_seq), 0) as n from inbox group by producer";

/** Work that ends by itself, and has not ended yet: what it is called, where, and how it is counted. */
const OPEN: [what: string, context: string, sql: string][] = [
	["sagas", "saga", "select count(*) as n from saga where finished_at is null"],
	[
		"orders",
		"orders",
		"select count(*) as n from orders where status in ('PENDING', 'CANCEL_PENDING')",
	],
	["holds", "inventory", "select count(*) as n from reservation where status = 'HELD'"],
	["payments", "payments", "select count(*) as n from payment where status = 'CREATED'"],
	["refunds", "payments", "select count(*) as n from refund where status = 'PENDING'"],
	["errands", "payments", "select count(*) as n from errand"],
	["dues", "payments", "select count(*) as n from due where stage in ('TAKE', 'GIVE_BACK')"],
	[
		"claims",
		"claims",
		"select count(*) as n from claim where status not in ('CLOSED', 'REJECTED', 'COMPENSATED', 'MANUAL_REVIEW')",
	],
];

/** What the mesh still has to do; empty once it has come to rest. Reads its books while it works. */
export async function unfinished(
	books: Books,
	hearing: ReadonlyMap<string, readonly string[]>,
	appointments_ms: number,
): Promise<Record<string, number>> {
	const count = async (context: string, sql: string) =>
		(await books.rows<{ n: number }>(context, sql))[0]?.n ?? 0;
	const left: Record<string, number> = {};
	for (const [what, context, sql] of OPEN) left[what] = await count(context, sql);
	const due = `select count(*) as n from notification where due_at <= ${Date.now() + appointments_ms}`;
	left.messages = await count("notifications", due);
	for (const context of KEEPERS) left[`unsent by ${context}`] = await count(context, UNSENT);

	const told = new Map<string, number>();
	for (const context of KEEPERS) told.set(context, await count(context, TOLD));
	for (const [reader, producers] of hearing) {
		const heard = await books.rows<{ producer: string; n: number }>(reader, HEARD);
		const counts = new Map(heard.map(({ producer, n }) => [producer, n]));
		for (const producer of producers)
			left[`unheard by ${reader} of ${producer}`] =
				(told.get(producer) ?? 0) - (counts.get(producer) ?? 0);
	}
	const head = await count("audit", "select position as n from head");
	const seen = await count("reporting", "select min(position) as n from projection_cursor");
	left["unseen by projections"] = head - seen;
	return Object.fromEntries(Object.entries(left).filter(([, n]) => n !== 0));
}
