import { describe, expect, test } from "@jest/globals";
import { wrongState } from "../../lib/state.ts";
import { orderCancellation } from "../../sagas/order-cancellation.saga.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { paymentNotFound, payments } from "../../services/payments/payments.contract.ts";
import { rehearse } from "../support/rehearse.ts";

const order_id = "ord_1";
const order = { id: order_id, status: "CANCEL_PENDING" as const, total_cents: 1_200 };

const upToLock = () =>
	rehearse(orderCancellation, { order_id }).expects(orders.beginCancel, { order_id });
const upToRefund = () => upToLock().andReplies(order).expects(payments.refundOrder, { order_id });
const upToStock = () =>
	upToRefund()
		.andReplies({ refunded_cents: 1_200 })
		.expects(inventory.restore, { owner_id: order_id });

describe("ORD-05 cancelling an order", () => {
	test("gives the money back, then the stock, then closes it", () => {
		const { calls, script, state } = upToStock()
			.andReplies()
			.expects(orders.close, { order_id })
			.andReplies(order)
			.play();

		expect(calls).toEqual(script);
		expect(state).toMatchObject({ status: "COMPLETED", message: "Commande annulée" });
	});

	test("that cannot be locked changes nothing", () => {
		const { calls, script, state } = upToLock()
			.andRefuses(wrongState({ state: "SHIPPED" }))
			.play();

		expect(calls).toEqual(script);
		expect(state.status).toBe("COMPENSATED");
	});

	test("unlocks the order that cannot be refunded", () => {
		const { calls, script, state } = upToRefund()
			.andRefuses(paymentNotFound({ id: order_id }))
			.expects(orders.abortCancel, { order_id })
			.andReplies()
			.play();

		expect(calls).toEqual(script);
		expect(state.status).toBe("COMPENSATED");
	});

	test("unlocks an order whose lock may have happened", () => {
		const { calls, script, state } = upToLock()
			.andIsLost()
			.expects(orders.abortCancel, { order_id })
			.andReplies()
			.play();

		expect(calls).toEqual(script);
		expect(state.status).toBe("COMPENSATED");
	});

	test("G8 G9 asks for the stock until it is back, and never refunds backwards", () => {
		const { calls, script, state } = upToStock()
			.andIsLost()
			.expects(inventory.restore, { owner_id: order_id })
			.andIsAbsent()
			.expects(inventory.restore, { owner_id: order_id })
			.andReplies()
			.expects(orders.close, { order_id })
			.andRefuses(wrongState({ state: "SHIPPED" }))
			.expects(orders.close, { order_id })
			.andReplies(order)
			.play();

		expect(calls).toEqual(script);
		expect(state).toMatchObject({ status: "COMPLETED", blocked: false });
	});
});
