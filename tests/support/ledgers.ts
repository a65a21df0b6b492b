import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** Reads a context's own file, without its code; the product may be stopped. */
export function rows<Row = any>(data_dir: string, context: string, sql: string): Row[] {
	const file = new DatabaseSync(join(data_dir, `${context}.sqlite`), { readOnly: true });
	try {
		return file.prepare(sql).all() as Row[];
	} finally {
		file.close();
	}
}

/** What the bank has kept of each order; whose a charge is, only our books can say. */
export function charges(data_dir: string): Map<string, number> {
	const payments = rows(data_dir, "payments", "select key, ref_id from payment");
	const whose = new Map(payments.map(({ key, ref_id }) => [key, ref_id]));
	const taken = rows<{ key: string; cents: number }>(
		data_dir,
		"provider",
		`select key, amount_cents - refunded_cents as cents from charge
		where status = 'captured' and key not like 'demo:%'`,
	);
	const kept = new Map<string, number>();
	for (const { key, cents } of taken) {
		const order_id = whose.get(key) ?? key;
		kept.set(order_id, (kept.get(order_id) ?? 0) + cents);
	}
	return kept;
}

/** What each shelf should hold if nothing but its ledger were true, and what it says it holds. */
export const shelves = (data_dir: string) =>
	rows(
		data_dir,
		"inventory",
		`select l.location_id, l.product_id, l.on_hand, l.reserved,
			sum(m.on_hand_delta) as ledger_on_hand, sum(m.reserved_delta) as ledger_reserved,
			sum(case when m.type in ('opening', 'receipt', 'adjustment', 'damage', 'loss', 'claim_refund')
				then m.on_hand_delta else 0 end) as received
		from stock_level l join stock_movement m using (location_id, product_id)
		group by l.location_id, l.product_id, l.on_hand, l.reserved`,
	);

/** Units sold of each product at each location, by the orders that stand. */
export const sold = (data_dir: string) =>
	new Map(
		rows(
			data_dir,
			"orders",
			`select l.location_id || ':' || l.product_id as shelf, sum(l.quantity) as units
			from orders o join order_line l on l.order_id = o.id
			where o.saga_id is not null and o.status in ('CONFIRMED', 'SHIPPED', 'DELIVERED', 'COMPLETED')
			group by l.location_id, l.product_id`,
		).map(({ shelf, units }): [string, number] => [shelf, units]),
	);

export const holds = (data_dir: string) =>
	rows(data_dir, "inventory", "select id from reservation where status = 'HELD'");

export const deadLetters = (data_dir: string, contexts: readonly string[]) =>
	contexts.flatMap((context) => rows(data_dir, context, "select * from dead_letter"));
