import type { Middleware } from "moleculer";
import { asService } from "../../config/identity.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import { brokerOptions } from "../../moleculer.config.ts";
import audit from "../../services/audit/audit.service.ts";
import carts from "../../services/carts/carts.service.ts";
import catalog from "../../services/catalog/catalog.service.ts";
import claims from "../../services/claims/claims.service.ts";
import customers from "../../services/customers/customers.service.ts";
import identity from "../../services/identity/identity.service.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import inventoryService from "../../services/inventory/inventory.service.ts";
import notifications from "../../services/notifications/notifications.service.ts";
import orders from "../../services/orders/orders.service.ts";
import payments from "../../services/payments/payments.service.ts";
import reporting from "../../services/reporting/reporting.service.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import saga from "../../services/saga/saga.service.ts";
import stores from "../../services/stores/stores.service.ts";
import { as, broker } from "./broker.ts";
import { until } from "./until.ts";

const CHAIN = [
	identity,
	stores,
	catalog,
	inventoryService,
	customers,
	payments,
	orders,
	carts,
	saga,
];
/** Every context that announces or hears facts, as in production. */
export const CONTEXTS = [...CHAIN, claims, notifications, audit, reporting];

/** Every context that an order needs, as in production, in one process and without HTTP. */
export const chain = (...middlewares: Middleware[]) =>
	broker(
		CHAIN,
		middlewares.length > 0
			? { middlewares: [...(brokerOptions().middlewares ?? []), ...middlewares] }
			: {},
	);
type Chain = ReturnType<typeof chain>;

export const customer = (headers: object = {}) => as("customer", { customer_id: "1" }, headers);
export const admin = as("admin");
export const inside = {
	get headers() {
		return asService("test");
	},
};

export const databaseOf = (node: Chain, context: string): Database =>
	(node.getLocalService(context) as unknown as { db: Database }).db;

/** The answer to one who waits for it, a refusal included. */
export const buy = (
	node: Chain,
	lines: { product_id: string; quantity: number; location?: string }[],
	who = customer({ wait: 20 }),
): Promise<any> => sagas.placeOrder(node, { products: lines }, who).catch((err) => err);

export const shelf = async (node: Chain, product_id: string, location = "online") => {
	const { levels } = await inventory.get(node, { product_id, location }, admin);
	const [level] = levels;
	return { on_hand: level?.on_hand, reserved: level?.reserved };
};

/** Nothing is held any more: what hears of an end has heard of it. */
export const settled = (node: Chain, product_id: string, location = "online") =>
	until(async () => {
		const { on_hand, reserved } = await shelf(node, product_id, location);
		return reserved === 0 ? on_hand : undefined;
	});

const sum = (rows: { cents: number }[]) => rows.reduce((all, { cents }) => all + Number(cents), 0);
const cents = (db: Database, sql: string) =>
	db.read((read) => read.query<{ cents: number }>(sql)).then(sum);

/** The money that is kept, in our books and at the bank, is that of orders that stand; no shelf drifts. */
export async function conserved(node: Chain) {
	const bank = (node.getLocalService("payments") as unknown as { ledger: Database }).ledger;
	const books = () =>
		Promise.all([
			cents(databaseOf(node, "orders"), SOLD),
			cents(databaseOf(node, "payments"), KEPT),
			cents(bank, TAKEN),
		]);
	await until(books, ([sold, kept, taken]) => sold === kept && kept === taken);
	const { drift, ownerless } = await inventory.reconcile(node, {}, admin);
	if (drift > 0) throw new Error(`Stock drifts: ${JSON.stringify(ownerless)}`);
}
const SOLD = `select total_cents as cents from orders
	where status = 'CONFIRMED' and saga_id is not null`;
const KEPT = `select captured_cents - refunded_cents as cents from payment
	where saga_id is not null`;
const TAKEN = `select amount_cents - refunded_cents as cents from charge
	where status = 'captured' and key not like 'demo:%'`;
