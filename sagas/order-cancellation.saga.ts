import Type from "typebox";
import { Id } from "../lib/fields.ts";
import { inventory } from "../services/inventory/inventory.contract.ts";
import { orders } from "../services/orders/orders.contract.ts";
import { payments } from "../services/payments/payments.contract.ts";
import { only, saga } from "./saga.ts";

/** Reverses a confirmed order, once: its money goes back, then its stock; or it stays confirmed. */
export const orderCancellation = saga("order-cancellation", {
	version: 1,
	deadline_ms: 60_000,
	completed: "Commande annulée",
	input: { order_id: Id, reason: Type.Optional(Type.String()) },
})
	.key((order) => order.order_id)

	.step("LOCK_ORDER", orders.beginCancel, only("order_id"))
	.undo("UNLOCK_ORDER", orders.abortCancel, only("order_id"))

	.pivot("REFUND_ORDER", payments.refundOrder, only("order_id"))

	.retriable("RESTORE_STOCK", inventory.restore, ({ order_id }) => ({ owner_id: order_id }))
	.retriable("CLOSE_ORDER", orders.close, only("order_id"))

	.build();
