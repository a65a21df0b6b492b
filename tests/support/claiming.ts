import type { Params } from "../../lib/contract.ts";
import type { Fact } from "../../lib/fact.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import catalog from "../../services/catalog/catalog.service.ts";
import { type Claim, claims } from "../../services/claims/claims.contract.ts";
import claimsService from "../../services/claims/claims.service.ts";
import customers from "../../services/customers/customers.service.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { orders, type Purchase } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import { as, broker } from "./broker.ts";
import { stub } from "./stub.ts";
import { teller, tells } from "./teller.ts";
import { until } from "./until.ts";

type Sold = Purchase & { customer_id: string };

/** Claims between neighbours that play their part. */
export function counter() {
	const sold: Sold[] = [];
	const isAsked = (one: Sold, asked: Params<typeof orders.purchases>) =>
		(Object.keys(asked) as (keyof typeof asked)[]).every((key) => one[key] === asked[key]);
	const ordersHere = stub(orders, {
		purchases: async ({ params }) => ({
			items: sold
				.filter((one) => isAsked(one, params))
				.map(({ customer_id: _, ...purchase }) => purchase)
				.toReversed(),
		}),
	});
	const others = [catalog, customers, ordersHere, teller("payments"), teller("inventory")];
	const shop = broker([...others, claimsService]);
	const db = () => (shop.getLocalService("claims") as unknown as { db: Database }).db;
	const rows = <Row extends object>(sql: string, bind: object = {}) =>
		db().read((read) => read.query<Row>(sql, bind as Record<string, unknown>));
	const customer = (customer_id = "1") => as("customer", { customer_id });
	const told = new Map<string, number>();

	/** Has a fact said, and waits until claims has heard it. */
	async function hear(fact: Fact) {
		const { key } = fact;
		await tells(shop, fact);
		const times = (told.get(key) ?? 0) + 1;
		told.set(key, times);
		await until(
			() => rows<{ last_seq: number }>("select last_seq from inbox where key = $key", { key }),
			([heard]) => (heard?.last_seq ?? 0) >= times,
		);
	}

	return {
		shop,
		db,
		rows,
		customer,
		/** A paid line that nobody else touches: one unit of product 5 at 100.00 $, unless said. */
		buys(over: Partial<Sold> = {}): Sold {
			const nth = sold.length + 1;
			const quantity = over.quantity ?? 1;
			const purchase: Sold = {
				customer_id: "1",
				order_id: `ord_${nth}`,
				line: 1,
				location_id: "online",
				product_id: "5",
				payment_id: `pay_${nth}`,
				payment_method: "credit_card",
				quantity,
				net_cents: 10_000 * quantity,
				gst_cents: 500 * quantity,
				qst_cents: 998 * quantity,
				...over,
			};
			sold.push(purchase);
			return purchase;
		},
		/** The customer's claim about what was bought; or the refusal. */
		file({ customer_id, order_id, product_id }: Sold, over = {}, who = customer(customer_id)) {
			const claim = { claim_type: "product_defect" as const, description: "Produit endommagé" };
			return claims.submit(shop, { order_id, product_id, ...claim, ...over }, who);
		},
		/** The facts announced about a claim, in order. */
		async facts({ id }: Pick<Claim, "id">) {
			const key = `claim:${id}`;
			const facts = await rows<{ type: string; body: string }>(
				"select type, body from outbox where key = $key order by key_seq",
				{ key },
			);
			return facts.map(({ type, body }) => ({ event: type, ...JSON.parse(body) }));
		},
		/** What others say of a claim's refund, by the name of what it makes of the claim. */
		others({ id: claim_id, product_id }: Claim) {
			const refund_id = `rfd_${claim_id.slice(-8)}`;
			const refund = {
				id: `pay_${claim_id}`,
				refund_id,
				ref_type: "claim",
				ref_id: claim_id,
				claim_id,
				refund_cents: 11_498,
				disposition: "damaged" as const,
			};
			const shelf = { location_id: "online", product_id, quantity: 1, claim_id };
			const reason = "claim";
			const back = { ...shelf, disposition: "damaged" as const, reason };
			const pays = (fact: Fact) => () => hear(fact);
			const stocks = (fact: Fact) => () => hear(fact);
			return {
				requested: pays(payments.refund_requested(refund)),
				refunded: pays(payments.refunded(refund)),
				refused: pays(payments.refund_refused({ ...refund, reason: "provider" })),
				reversed: pays(payments.refund_reversed(refund)),
				stands: pays(payments.refund_stands({ ...refund, reason: "too late" })),
				adjusted: stocks(inventory.adjusted({ ...back, actor_id: "payments" })),
				returnRefused: stocks(inventory.return_refused({ ...back, refund_id, reason: "archived" })),
			};
		},
	};
}

export const manager = as("store_manager", { location_id: "1" });
export const headOffice = as("head_office");
