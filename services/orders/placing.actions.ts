import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import { TAX_RATES } from "../../config/tax.ts";
import { headersOf } from "../../lib/http.ts";
import { asValue, isRefusal } from "../../lib/refusal.ts";
import { scopeOf } from "../../lib/scope.ts";
import { page } from "../../lib/service.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import type { participant } from "../../mixins/participant.mixin.ts";
import { catalog, unknownProduct } from "../catalog/catalog.contract.ts";
import { customerNotFound, customers, unknownCustomer } from "../customers/customers.contract.ts";
import { place, summaryOf } from "./order.ts";
import { type Draft, type OrderMode, orders } from "./orders.contract.ts";
import { addOrder } from "./orders.store.ts";

/** An order comes to be: as a step of its saga, or as the first fact of a choreography. */
export const placingActions = page<
	typeof orders,
	[typeof database, typeof outbox, typeof participant]
>()({
	async create(ctx) {
		const { saga_id } = headersOf(ctx);
		const record = await recorder(ctx, ctx.params, { saga_id });
		return this.once(ctx, async (tx) => {
			const order = await record(tx);
			await this.announce(tx, orders.created(order));
			return summaryOf(order);
		});
	},
	async place(ctx) {
		const { saga_id, ...draft } = ctx.params;
		const record = await recorder(ctx, draft, { saga_id, mode: "choreographed" });
		return this.once(ctx, async (tx) => {
			const order = await record(tx);
			await this.announce(tx, orders.created(order));
			return summaryOf(order);
		});
	},
});

interface Run {
	saga_id: string | undefined;
	mode?: OrderMode;
}

/** Asks the neighbours what must be known; what they refuse is refused inside the unit, and kept. */
async function recorder(ctx: Context, draft: Draft, run: Run) {
	const [customer, quote] = await Promise.all([buyerOf(ctx, draft), quoteOf(ctx, draft)]);
	return async (tx: Tx) => {
		if (isRefusal(customer)) throw unknownCustomer({ id: draft.customer_id });
		if (isRefusal(quote)) throw quote;
		const now = { ...run, locale: customer.locale, at: new Date(), rates: TAX_RATES };
		const order = place(draft, { prices: quote.lines, ...now });
		await addOrder(tx, order, scopeOf(ctx).actor);
		return order;
	};
}

const acting = () => ({ headers: asService("orders") });

const buyerOf = (ctx: Context, { customer_id: id }: Draft) =>
	customers.get(ctx, { id }, acting()).catch(asValue(customerNotFound));

const quoteOf = (ctx: Context, { lines }: Draft) => {
	const wanted = lines.map(({ product_id, quantity }) => ({ product_id, quantity }));
	return catalog.quote(ctx, { lines: wanted }, acting()).catch(asValue(unknownProduct));
};
