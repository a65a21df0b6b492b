import type { Fact } from "../../lib/fact.ts";
import { carts } from "../../services/carts/carts.contract.ts";
import { catalog } from "../../services/catalog/catalog.contract.ts";
import { claims } from "../../services/claims/claims.contract.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { type Order, orders } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import { stores } from "../../services/stores/stores.contract.ts";

interface Line {
	location_id: string;
	product_id: string;
	quantity: number;
	net_cents: number;
}
export const lineOf = (line: Partial<Line> = {}): Line => ({
	location_id: "1",
	product_id: "7",
	quantity: 1,
	net_cents: 1_000,
	...line,
});

/** An order of these lines, taxed as in Québec, to the cent below. */
export function orderOf(
	id: string,
	lines: Partial<Line>[] = [{}],
	rest: Partial<Order> = {},
): Order {
	const priced = lines.map(lineOf).map((line, nth) => ({
		...line,
		line: nth + 1,
		description: `Produit ${line.product_id}`,
		unit_price_cents: Math.floor(line.net_cents / line.quantity),
		tax_class: "STANDARD",
		gst_cents: Math.floor(line.net_cents * 0.05),
		qst_cents: Math.floor(line.net_cents * 0.09975),
	}));
	const sum = (name: "net_cents" | "gst_cents" | "qst_cents") =>
		priced.reduce((total, line) => total + line[name], 0);
	const [net, gst_cents, qst_cents] = [sum("net_cents"), sum("gst_cents"), sum("qst_cents")];
	return {
		id,
		order_no: id.slice(-8),
		customer_id: "1",
		mode: "orchestrated",
		status: "PENDING",
		payment_method: "credit_card",
		province: "QC",
		subtotal_cents: net,
		discount_cents: 0,
		shipping_cents: 0,
		gst_cents,
		qst_cents,
		total_cents: net + gst_cents + qst_cents,
		currency: "CAD",
		placed_at: "2026-03-02T15:00:00.000Z",
		version: 1,
		...rest,
		lines: priced,
	};
}

export const created = (order: Order) => orders.created(order);
export const confirmed = (order: Order) =>
	orders.confirmed({ ...order, status: "CONFIRMED", payment_id: `pay_${order.id}` });
export const cancelled = (order: Order) => orders.cancelled({ ...order, status: "CANCELLED" });
export const refunded = (order: Order, refund_cents = order.total_cents) =>
	payments.refunded({
		...{ id: `pay_${order.id}`, refund_id: `rfd_${order.id}`, ref_type: "order" },
		...{ ref_id: order.id, refund_cents },
	});
export const claimRefunded = (claim_id: string, line: Partial<Line> = {}) => {
	const { net_cents, ...back } = lineOf(line);
	const [gst_cents, qst_cents] = [Math.floor(net_cents * 0.05), Math.floor(net_cents * 0.1)];
	const { location_id, product_id, quantity } = back;
	return payments.refunded({
		...{ id: "pay_1", refund_id: `rfd_${claim_id}`, ref_type: "claim", ref_id: claim_id, claim_id },
		...{ refund_cents: net_cents + gst_cents + qst_cents, gst_cents, qst_cents },
		...{ lines: [{ location_id, product_id, quantity }], disposition: "restock" },
	});
};
export const moved = (location_id: string, product_id: string, delta: number, on_hand: number) =>
	(delta < 0 ? inventory.decreased : inventory.increased)({
		...{ location_id, product_id, delta, reserved_delta: 0, on_hand, reserved: 0 },
		...{ type: delta < 0 ? "sale" : "receipt", ref_type: "order", ref_id: "1" },
	});
export const alerted = (location_id: string, product_id: string, kind: "out" | "low" | "over") =>
	inventory.alert_raised({ location_id, product_id, kind, level: 0, threshold: 5 });
export const resolved = (location_id: string, product_id: string, kind: "out" | "low" | "over") =>
	inventory.alert_resolved({ location_id, product_id, kind, level: 9, threshold: 5 });

const totals = { subtotal_cents: 100, discount_cents: 0, gst_cents: 5, qst_cents: 10 };
const cart = (cart_id: string) => ({
	...{ cart_id, location_id: "online", customer_id: "2", ...totals, total_cents: 115 },
});
const told = { saga_id: "saga_1", name: "order-processing", business_key: "k" };
const ended = { ...told, duration: 1.5, steps: [] };
const claim = { claim_id: "clm_1", customer_id: "1", product_id: "7", quantity: 1 };

/** A little of everything that a shop says, the same for the same seed. */
export function* history(count: number, seed = 1): Generator<[fact: Fact, at: number]> {
	let state = seed;
	const random = (below: number) => {
		state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
		return Math.floor((state / 2_147_483_648) * below);
	};
	const place = () => String(1 + random(5));
	const thing = () => String(1 + random(40));
	let at = Date.parse("2026-01-05T14:00:00Z");
	const open: Order[] = [];
	const buy = (n: number): Order => {
		const lines = Array.from({ length: 1 + random(3) }, () => ({
			...{ location_id: place(), product_id: thing() },
			...{ quantity: 1 + random(4), net_cents: 100 + random(9_000) },
		}));
		open.push(orderOf(`ord_${n}`, lines, { customer_id: String(random(9)) }));
		return open.at(-1) as Order;
	};
	const some = (n: number) => open[random(open.length)] ?? buy(n);
	const kind = () => (random(2) ? "low" : "out");
	const before = (n: number) => n - random(9);
	const made: [share: number, make: (n: number) => Fact][] = [
		[25, (n) => created(buy(n))],
		[20, (n) => confirmed(some(n))],
		[5, (n) => cancelled(some(n))],
		[4, (n) => refunded(some(n), 1 + random(500))],
		[3, (n) => claimRefunded(`clm_${n}`, { location_id: place(), product_id: thing() })],
		[18, () => moved(place(), thing(), random(20) - 10, random(100))],
		[4, () => alerted(place(), thing(), kind())],
		[3, () => resolved(place(), thing(), kind())],
		[4, (n) => carts.created(cart(`crt_${n}`))],
		[3, (n) => carts.converted(cart(`crt_${before(n)}`))],
		[3, () => sagas.started({ ...told, state: "PENDING" })],
		[3, () => sagas.completed({ ...ended, state: "COMPLETED" })],
		[1, (n) => claims.closed({ ...claim, claim_id: `clm_${before(n)}` })],
		[2, (n) => catalog.updated({ ...edited, product_id: thing(), name_fr: `Chose ${n}` })],
		[2, (n) => stores.updated(located(place(), n))],
	];
	const wheel = made.flatMap(([share, make]) => Array.from({ length: share }, () => make));
	for (let n = 0; n < count; n++) {
		at += random(900_000);
		yield [(wheel[random(wheel.length)] ?? wheel[0]!)(n), at];
	}
}
const edited = { changed: [], version: 1 };
const located = (location_id: string, n: number) => ({
	...{ location_id, name: `Lieu ${n}`, type: "store" as const, names: [`lieu ${n}`] },
});
