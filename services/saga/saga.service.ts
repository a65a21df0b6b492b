import { service } from "../../lib/service.ts";
import { database } from "../../mixins/database.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { diagram } from "../../sagas/diagram.ts";
import { orderCancellation } from "../../sagas/order-cancellation.saga.ts";
import { orderProcessing } from "../../sagas/order-processing.saga.ts";
import { orders } from "../orders/orders.contract.ts";
import { ALIAS_WAIT_MS, placed, STARTED_EN, told, waitOf } from "./answers.ts";
import { cartProducts } from "./cart-order.ts";
import { DEFINITIONS, graphOf } from "./definitions.ts";
import { obey } from "./obey.ts";
import { orchestrator } from "./orchestrator.ts";
import { countSagas, endedOf, liveByVersion, liveOf } from "./reads.ts";
import { buyerOf, customerOf, orderInput } from "./requests.ts";
import { type SagaView, sagas } from "./saga.contract.ts";
import { own, page, show } from "./show.ts";

export default service(sagas, {
	mixins: [database, outbox, orchestrator],

	actions: {
		async placeOrder(ctx) {
			const customer_id = customerOf(ctx, ctx.params.customer_id);
			const input = async () => {
				const products = ctx.params.products ?? (await cartProducts(ctx, ctx.params));
				return orderInput(ctx, { ...ctx.params, ...products, customer_id });
			};
			const begun = await this.begin(ctx, orderProcessing, {
				input,
				customer_id,
				wait_ms: waitOf(ctx),
			});
			return placed(ctx, begun, this.schemas);
		},

		async placeCart(ctx) {
			const customer_id = customerOf(ctx, ctx.params.customer_id);
			const input = async () =>
				orderInput(ctx, { ...(await cartProducts(ctx, ctx.params)), ...ctx.params, customer_id });
			const begun = await this.begin(ctx, orderProcessing, {
				input,
				customer_id,
				wait_ms: waitOf(ctx),
			});
			return placed(ctx, begun, this.schemas);
		},

		async process(ctx) {
			const customer_id = customerOf(ctx, ctx.params.customer_id);
			const begun = await this.begin(ctx, orderProcessing, {
				input: () => orderInput(ctx, { ...ctx.params, customer_id }),
				customer_id,
				wait_ms: waitOf(ctx),
			});
			return placed(ctx, begun, this.schemas, STARTED_EN);
		},

		async buy(ctx) {
			const { user, cart } = ctx.params;
			const buyer = await buyerOf(ctx, user);
			const begun = await this.begin(ctx, orderProcessing, {
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

		get(ctx) {
			return show(this, ctx, ctx.params.saga_id);
		},

		async status(ctx) {
			const { head, state } = await own(this, ctx, ctx.params.saga_id);
			return { saga_id: head.saga_id, status: state.state as SagaView["status"] };
		},

		list(ctx) {
			return page(this, ctx, ctx.params);
		},

		active(ctx) {
			return page(this, ctx, { ...ctx.params, active: true });
		},

		metrics() {
			return this.db.read(countSagas);
		},

		async definitions() {
			const live = await this.db.read(liveByVersion);
			const items = DEFINITIONS.map((saga) => ({
				name: saga.name,
				version: saga.version,
				hash: this.hashes.get(saga) ?? "",
				live: live.get(`${saga.name}@${saga.version}`) ?? 0,
				steps: graphOf(saga),
				diagram: diagram(saga),
			}));
			return { items };
		},

		async ended(ctx) {
			const { order_ids } = ctx.params;
			if (order_ids.length === 0) return { items: [] };
			return { items: await this.db.read((read) => endedOf(read, order_ids)) };
		},

		async live(ctx) {
			const { saga_ids } = ctx.params;
			if (saga_ids.length === 0) return { saga_ids };
			return { saga_ids: await this.db.read((read) => liveOf(read, saga_ids)) };
		},

		async retry(ctx) {
			await obey(this, ctx, { op: "retry" });
			return show(this, ctx, ctx.params.saga_id);
		},

		async retryStep(ctx) {
			const { step, params } = ctx.params;
			await obey(this, ctx, { op: "retryStep", step, ...(params && { params }) });
			return show(this, ctx, ctx.params.saga_id);
		},

		async skip(ctx) {
			const { step, outcome, evidence } = ctx.params;
			await obey(this, ctx, { op: "skip", step, outcome, evidence });
			return show(this, ctx, ctx.params.saga_id);
		},

		async cancel(ctx) {
			await obey(this, ctx, { op: "cancel" });
			return show(this, ctx, ctx.params.saga_id);
		},

		async compensate(ctx) {
			await obey(this, ctx, { op: "cancel" });
			return show(this, ctx, ctx.params.saga_id);
		},

		async pause(ctx) {
			await obey(this, ctx, { op: "pause" });
			return show(this, ctx, ctx.params.saga_id);
		},

		async resume(ctx) {
			await obey(this, ctx, { op: "resume" });
			return show(this, ctx, ctx.params.saga_id);
		},
	},
});
