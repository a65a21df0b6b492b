import { page } from "../../lib/service.ts";
import type { database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { orderCancellation } from "../../sagas/order-cancellation.saga.ts";
import { orders } from "../orders/orders.contract.ts";
import { ALIAS_WAIT_MS, placed, STARTED_EN, told, waitOf } from "./answers.ts";
import { cartProducts, hasProducts } from "./cart-order.ts";
import type { orchestrator } from "./orchestrator.ts";
import type { placer } from "./placer.ts";
import { buyerOf, customerOf, orderInput } from "./requests.ts";
import type { sagas } from "./saga.contract.ts";

/** What starts a saga, each in the words of its route. */
export const placingActions = page<
	typeof sagas,
	[typeof database, typeof outbox, typeof orchestrator, typeof placer]
>()({
	async placeOrder(ctx) {
		const customer_id = customerOf(ctx, ctx.params.customer_id);
		const input = async () => {
			const wanted = hasProducts(ctx) ? {} : await cartProducts(ctx, ctx.params);
			return orderInput(ctx, { ...ctx.params, ...wanted, customer_id });
		};
		const begun = await this.place(ctx, {
			input,
			customer_id,
			wait_ms: waitOf(ctx),
		});
		return placed(ctx, begun, this.schemas);
	},

	async placeCart(ctx) {
		const customer_id = customerOf(ctx, ctx.params.customer_id);
		const input = async () =>
			orderInput(ctx, { ...ctx.params, ...(await cartProducts(ctx, ctx.params)), customer_id });
		const begun = await this.place(ctx, {
			input,
			customer_id,
			wait_ms: waitOf(ctx),
		});
		return placed(ctx, begun, this.schemas);
	},

	async process(ctx) {
		const customer_id = customerOf(ctx, ctx.params.customer_id);
		const begun = await this.place(ctx, {
			input: () => orderInput(ctx, { ...ctx.params, customer_id }),
			customer_id,
			wait_ms: waitOf(ctx),
		});
		return placed(ctx, begun, this.schemas, STARTED_EN);
	},

	async buy(ctx) {
		const { user, cart } = ctx.params;
		const buyer = await buyerOf(ctx, user);
		const begun = await this.place(ctx, {
			input: () => orderInput(ctx, { products: cart, ...buyer }),
			customer_id: buyer.customer_id,
			wait_ms: ALIAS_WAIT_MS,
		});
		return told(ctx, begun, this.schemas);
	},

	async cancelOrder(ctx) {
		const { id, reason } = ctx.params;
		const order = await orders.get(ctx, { id }); // another's is not found
		const begun = await this.begin(ctx, orderCancellation, {
			input: async () => ({ order_id: order.id, ...(reason && { reason }) }),
			customer_id: order.customer_id,
			wait_ms: waitOf(ctx),
		});
		return placed(ctx, begun, this.schemas);
	},

	async placeLeft() {
		return { placed: await this.placeLeft() };
	},
});
