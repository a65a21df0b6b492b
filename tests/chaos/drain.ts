import { rows } from "../support/ledgers.ts";
import { KEEPERS } from "./readers.ts";

const UNSENT = `select count(*) as n from outbox where feed_seq is null
	or feed_seq > (select coalesce(max(feed_seq), 0) from outbox_cursor where sink = 'jetstream')`;

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

/** What the mesh still has to do; empty once it has come to rest. Reads its files while it works. */
export function unfinished(
	data_dir: string,
	hearing: ReadonlyMap<string, readonly string[]>,
	appointments_ms: number,
): Record<string, number> {
	const count = (context: string, sql: string) =>
		rows<{ n: number }>(data_dir, context, sql)[0]?.n ?? 0;
	const left: Record<string, number> = {};
	for (const [what, context, sql] of OPEN) left[what] = count(context, sql);
	const due = `select count(*) as n from notification where due_at <= ${Date.now() + appointments_ms}`;
	left.messages = count("notifications", due);
	for (const context of KEEPERS) left[`unsent by ${context}`] = count(context, UNSENT);

	const told = new Map(
		KEEPERS.map((context): [string, number] => [
			context,
			count(context, "select coalesce(sum(last_seq), 0) as n from outbox_key"),
		]),
	);
	for (const [reader, producers] of hearing)
		for (const producer of producers) {
			const heard = `select coalesce(sum(last_seq), 0) as n from inbox where producer = '${producer}'`;
			left[`unheard by ${reader} of ${producer}`] =
				(told.get(producer) ?? 0) - count(reader, heard);
		}
	const head = count("audit", "select position as n from head");
	const seen = count("reporting", "select min(position) as n from projection_cursor");
	left["unseen by projections"] = head - seen;
	return Object.fromEntries(Object.entries(left).filter(([, n]) => n !== 0));
}
