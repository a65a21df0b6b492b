import { describe, expect, test } from "@jest/globals";
import { wrongState } from "../../lib/state.ts";
import { orderProcessing } from "../../sagas/order-processing.saga.ts";
import { unknownCustomer } from "../../services/customers/customers.contract.ts";
import { inventory, outOfStock } from "../../services/inventory/inventory.contract.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import {
	type Payment,
	paymentDeclined,
	payments,
} from "../../services/payments/payments.contract.ts";
import { rehearse } from "../support/rehearse.ts";

const lines = [{ location_id: "online", product_id: "tea", quantity: 2 }];
const order_id = "ord_1";
const draft = {
	order_id,
	customer_id: "customer_1",
	payment_method: "credit_card" as const,
	lines,
};
const input = { ...draft, payment_token: "tok_1" };
const order = { id: order_id, status: "PENDING" as const, total_cents: 1_200 };
const charge = {
	order_id,
	amount_cents: 1_200,
	payment_method: "credit_card" as const,
	payment_token: "tok_1",
};
const payment: Payment = {
	id: "pay_1",
	ref_type: "order",
	ref_id: order_id,
	amount_cents: 1_200,
	captured_cents: 1_200,
	refunded_cents: 0,
	status: "CAPTURED",
	method: "credit_card",
	created_at: "2026-03-01T14:05:00.000Z",
};
const confirm = { order_id, payment_id: "pay_1", amount_cents: 1_200 };
const hold = { owner_type: "saga" as const, owner_id: order_id, lines };

const upToStock = () =>
	rehearse(orderProcessing, input)
		.expects(inventory.check, { lines })
		.andReplies()
		.expects(inventory.reserve, hold)
		.andReplies();

const upToPayment = () =>
	upToStock().expects(orders.create, draft).andReplies(order).expects(payments.capture, charge);

const stockAndOrderGivenBack = (stage: ReturnType<typeof upToStock>) =>
	stage
		.expects(orders.cancel, { order_id })
		.andReplies()
		.expects(inventory.release, { owner_id: order_id })
		.andReplies();

describe("processing an order", () => {
	test("SAG-03 SAG-04 SAG-19 ends with a confirmed order", () => {
		const { calls, script, states } = upToPayment()
			.andReplies(payment)
			.expects(orders.confirm, confirm)
			.andReplies(order)
			.play();

		expect(calls).toEqual(script);
		expect(states).toEqual([
			"PENDING",
			"STOCK_CHECKING",
			"STOCK_RESERVED",
			"ORDER_CREATED",
			"PAYMENT_PROCESSING",
			"PAYMENT_COMPLETED",
			"COMPLETED",
		]);
	});

	test("SAG-21 that finds no stock has nothing to give back", () => {
		const { calls, script, states, state } = rehearse(orderProcessing, input)
			.expects(inventory.check, { lines })
			.andRefuses(outOfStock({ available: 0 }))
			.play();

		expect(calls).toEqual(script);
		expect(states.slice(1)).toEqual(["STOCK_CHECKING", "COMPENSATING", "COMPENSATED"]);
		expect(state.message).toBe("Stock insuffisant");
	});

	test("SAG-08 SAG-23 with a declined card gives back the order, then the stock, and refunds nothing", () => {
		const { calls, script, states } = stockAndOrderGivenBack(
			upToPayment().andRefuses(paymentDeclined()),
		).play();

		expect(calls).toEqual(script);
		expect(states.slice(-3)).toEqual(["PAYMENT_PROCESSING", "COMPENSATING", "COMPENSATED"]);
	});

	test("SAG-08 refunds a payment that may have happened", () => {
		const { calls, script } = stockAndOrderGivenBack(
			upToPayment().andIsLost().expects(payments.refund, { order_id }).andReplies(),
		).play();

		expect(calls).toEqual(script);
	});

	test("SAG-05 tries an undo until it succeeds, and shows it as failing meanwhile", () => {
		const { calls, script, states } = upToStock()
			.expects(orders.create, draft)
			.andIsLost()
			.expects(orders.cancel, { order_id })
			.andIsLost()
			.expects(orders.cancel, { order_id })
			.andReplies()
			.expects(inventory.release, { owner_id: order_id })
			.andReplies()
			.play();

		expect(calls).toEqual(script);
		expect(states.slice(-4)).toEqual(["COMPENSATING", "FAILED", "COMPENSATING", "COMPENSATED"]);
	});

	test("SAG-20 for a customer that nobody knows gives the stock back", () => {
		const { calls, script, state } = upToStock()
			.expects(orders.create, draft)
			.andRefuses(unknownCustomer({ id: "99999" }))
			.expects(inventory.release, { owner_id: order_id })
			.andReplies()
			.play();

		expect(calls).toEqual(script);
		expect(state).toMatchObject({
			status: "COMPENSATED",
			error: { step: "CREATE_ORDER", type: unknownCustomer.code },
		});
	});

	test("SAG-22 without orders gives the stock back, cancels nothing, and says so", () => {
		const { calls, script, state } = upToStock()
			.expects(orders.create, draft)
			.andIsAbsent()
			.expects(inventory.release, { owner_id: order_id })
			.andReplies()
			.play();

		expect(calls).toEqual(script);
		expect(state).toMatchObject({ status: "COMPENSATED", message: "Erreur vente" });
	});

	test("SAG-08 asks again before it gives up, and goes on when it is answered", () => {
		const { calls, script, states } = upToStock()
			.expects(orders.create, draft)
			.andIsLostOnce()
			.expects(orders.create, draft)
			.andReplies(order)
			.expects(payments.capture, charge)
			.andReplies(payment)
			.expects(orders.confirm, confirm)
			.andReplies(order)
			.play();

		expect(calls).toEqual(script);
		expect(states.at(-1)).toBe("COMPLETED");
	});

	test("SAG-08 whose confirmation is refused gives all back, the last first", () => {
		const { calls, script, state } = stockAndOrderGivenBack(
			upToPayment()
				.andReplies(payment)
				.expects(orders.confirm, confirm)
				.andRefuses(wrongState({ state: "CANCELLED" }))
				.expects(payments.refund, { order_id })
				.andReplies(),
		).play();

		expect(calls).toEqual(script);
		expect(state).toMatchObject({ status: "COMPENSATED", message: "Erreur vente" });
	});

	test("G8 asks again when a confirmation is lost, since only its answer can tell", () => {
		const { calls, script, states } = upToPayment()
			.andReplies(payment)
			.expects(orders.confirm, confirm)
			.andIsLost()
			.expects(orders.confirm, confirm)
			.andReplies(order)
			.play();

		expect(calls).toEqual(script);
		expect(states.at(-1)).toBe("COMPLETED");
	});

	test("SAG-03 SAG-07 has the names that the outside knows", () => {
		const names = orderProcessing.steps.map(({ name, undo }) => [name, undo?.name]);
		expect(names).toEqual([
			["CHECK_STOCK", undefined],
			["RESERVE_STOCK", "RELEASE_STOCK"],
			["CREATE_ORDER", "CANCEL_ORDER"],
			["PROCESS_PAYMENT", "REFUND_PAYMENT"],
			["CONFIRM_ORDER", undefined],
		]);
	});
});
