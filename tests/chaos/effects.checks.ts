import { rows } from "../support/ledgers.ts";
import type { Checks, Evidence } from "./checks.ts";

interface Movement {
	seq: number;
	ref: string;
	type: string;
}

/** Units move once for each reason that an order or a claim has, and are not held once they were let go. */
function moved({ data_dir }: Evidence): string[] {
	const all = rows<Movement>(
		data_dir,
		"inventory",
		`select seq, type, ref_type || ' ' || ref_id || ' ' || location_id || ':' || product_id as ref
		from stock_movement where ref_type in ('order', 'saga', 'claim') order by seq`,
	);
	return [...Map.groupBy(all, ({ ref }) => ref)].flatMap(([ref, moves]) => {
		const types = moves.map(({ type }) => type);
		const twice = types.find((type, n) => types.indexOf(type) < n);
		const isLate =
			types.includes("release") && types.lastIndexOf("reserve") > types.indexOf("release");
		return [
			...(twice ? [`${ref}: ${twice} twice`] : []),
			...(isLate ? [`${ref}: held after it was let go`] : []),
		];
	});
}

/** The bank took money for an order once at most, and gave it back once at most for each reason. */
function charged({ data_dir }: Evidence): string[] {
	const orders = new Map(
		rows<{ key: string; ref_id: string }>(
			data_dir,
			"payments",
			"select key, ref_id from payment where ref_type = 'order'",
		).map(({ key, ref_id }) => [key, ref_id]),
	);
	const taken = rows<{ key: string }>(
		data_dir,
		"provider",
		"select key from charge where status = 'captured' and key not like 'demo:%'",
	);
	const given = rows<{ key: string; charge_key: string }>(
		data_dir,
		"provider",
		"select key, charge_key from charge_refund where status = 'succeeded'",
	);
	const undone = given.filter(({ key }) => !key.startsWith("claim:"));
	const twice = <T>(all: readonly T[], nameOf: (one: T) => string) =>
		[...Map.groupBy(all, nameOf)].flatMap(([name, { length }]) => (length > 1 ? [name] : []));
	return [
		...twice(taken, ({ key }) => orders.get(key) ?? key).map((order) => `${order} was paid twice`),
		...twice(undone, ({ charge_key }) => charge_key).map((key) => `${key} was given back twice`),
	];
}

interface Moved {
	order_id: string;
	version: number;
	to: string;
}

/** An order comes to each place in its life once, and out of none that ends it. */
function lived({ data_dir }: Evidence): string[] {
	const all = rows<Moved>(
		data_dir,
		"orders",
		`select order_id, version, "to" from order_history order by order_id, version`,
	);
	return [...Map.groupBy(all, ({ order_id }) => order_id)].flatMap(([order_id, moves]) => {
		const places = moves.map(({ to }) => to);
		const twice = places.find((to, n) => ONCE.includes(to) && places.indexOf(to) < n);
		const isGap = moves.some(({ version }, n) => version !== n + 1);
		return [
			...(twice ? [`${order_id} became ${twice} twice`] : []),
			...(places.slice(0, -1).includes("CANCELLED") ? [`${order_id} went on after its end`] : []),
			...(isGap ? [`${order_id} has a gap in its life`] : []),
		];
	});
}
const ONCE = ["PENDING", "SHIPPED", "DELIVERED", "COMPLETED", "CANCELLED"];

/** An order that stands was paid for, by the payment that it names; none waits for one for ever. */
function paid({ data_dir }: Evidence): string[] {
	const payments = rows<{ id: string; ref_id: string; captured_cents: number }>(
		data_dir,
		"payments",
		"select id, ref_id, captured_cents from payment",
	);
	const taken = new Map(payments.map((one) => [one.id, one]));
	const orders = rows<{ id: string; status: string; payment_id: string; total_cents: number }>(
		data_dir,
		"orders",
		"select * from orders where saga_id is not null and status <> 'CANCELLED'",
	);
	return orders.flatMap(({ id, status, payment_id, total_cents }) => {
		if (status.endsWith("PENDING")) return [`${id} is ${status} for ever`];
		const payment = taken.get(payment_id);
		const isPaid = payment?.ref_id === id && payment.captured_cents === total_cents;
		return isPaid ? [] : [`${id} is ${status}, paid by ${payment_id}: ${JSON.stringify(payment)}`];
	});
}

export const effectChecks: Checks = {
	"G4 G5 LOAD-07 I3 units move once for each reason, and none is held after it was let go": moved,
	"G4 G5 LOAD-07 I3 the bank takes once for an order, and gives it back once": charged,
	"G4 G5 LOAD-07 I3 an order becomes what it is once, and nothing after its end": lived,
	"D14 ORD-06 an order that stands has its payment, none waits for one for ever": paid,
};
