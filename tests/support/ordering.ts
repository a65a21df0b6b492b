import { catalog, unknownProduct } from "../../services/catalog/catalog.contract.ts";
import { customerNotFound, customers } from "../../services/customers/customers.contract.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import ordersService from "../../services/orders/orders.service.ts";
import { as, broker } from "./broker.ts";
import { stub } from "./stub.ts";

const prices: Record<string, [fr: string, en: string, cents: number]> = {
	1: ["Bouteille isotherme", "Insulated bottle", 2_500],
	5: ["Sac à dos 25 L", "Backpack 25 L", 10_000],
};
/** What the neighbours answer instead, as long as it is there. */
export const outage: { error?: Error } = {};
const customersHere = stub(customers, {
	async get({ params: { id } }) {
		if (outage.error) throw outage.error;
		if (!["1", "2"].includes(id)) throw customerNotFound({ id });
		const at = "2026-03-01T14:05:00.000Z";
		const person = { first_name: "Ada", last_name: "L", locale: "fr" as const };
		return { id, ...person, status: "active" as const, version: 1, created_at: at, updated_at: at };
	},
});
const catalogHere = stub(catalog, {
	quote: async ({ params }) => ({
		lines: params.lines.map(({ product_id, quantity }) => {
			const [name_fr, name_en, unit_price_cents] = prices[product_id] ?? [];
			if (!name_fr || !name_en || !unit_price_cents) throw unknownProduct({ id: product_id });
			const tax_class = "STANDARD" as const;
			const sku = `CPT-${product_id}`;
			return { product_id, quantity, sku, name_fr, name_en, unit_price_cents, tax_class };
		}),
	}),
});
export const shop = broker([ordersService, customersHere, catalogHere]);

/** As the orchestrator calls. */
export const saga = as("service");
export const online = { location_id: "online" };
export const lines = [
	{ ...online, product_id: "1", quantity: 2 },
	{ ...online, product_id: "5", quantity: 1 },
];

let sagas = 0;
/** The steps of a saga of its own, on an order of its own. */
export const aSaga = () => {
	const saga_id = `saga_${++sagas}`;
	const order_id = `ord_TEST${String(sagas).padStart(8, "0")}`;
	const step = (saga_step: string) => ({
		headers: { ...saga.headers, saga_id, saga_step },
	});
	const draft = { order_id, customer_id: "1", payment_method: "credit_card" as const, lines };
	const paid = { order_id, payment_id: `pay_${sagas}`, amount_cents: 17_246 };
	return {
		order_id,
		saga_id,
		create: (over = {}) =>
			orders.create(shop, { ...draft, ...over }, step("CREATE_ORDER")).catch((err) => err),
		cancel: () => orders.cancel(shop, { order_id }, step("CREATE_ORDER")),
		confirm: (over = {}) =>
			orders.confirm(shop, { ...paid, ...over }, step("CONFIRM_ORDER")).catch((err) => err),
		lock: () => orders.beginCancel(shop, { order_id }, step("LOCK_ORDER")).catch((err) => err),
		unlock: () => orders.abortCancel(shop, { order_id }, step("LOCK_ORDER")),
		close: () => orders.close(shop, { order_id }, step("CLOSE_ORDER")).catch((err) => err),
		get: (who = saga) => orders.get(shop, { id: order_id }, who),
		status: async () => (await orders.get(shop, { id: order_id }, saga)).status,
	};
};
