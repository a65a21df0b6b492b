import Type from "typebox";
import { inventory } from "../services/inventory/inventory.contract.ts";
import { draft, orders } from "../services/orders/orders.contract.ts";
import { payments } from "../services/payments/payments.contract.ts";
import { all, only, saga } from "./saga.ts";

/** Sells what is in stock, once: reserved, recorded, paid, confirmed; or nothing of it. */
export const orderProcessing = saga("order-processing", {
	version: 1,
	deadline_ms: 60_000,
	completed: "Commande confirmée",
	input: { ...draft, payment_token: Type.Optional(Type.String()) },
})
	.key(({ cart_id, order_id }) => (cart_id ? `cart:${cart_id}` : order_id)) // a cart is sold once

	.read("CHECK_STOCK", inventory.check, only("lines"), { doing: "STOCK_CHECKING" })

	.step(
		"RESERVE_STOCK",
		inventory.reserve,
		({ order_id, lines }) => ({ owner_type: "saga" as const, owner_id: order_id, lines }),
		{ done: "STOCK_RESERVED" },
	)
	.undo("RELEASE_STOCK", inventory.release, ({ order_id }) => ({ owner_id: order_id }))

	.step("CREATE_ORDER", orders.create, all(draft), {
		done: "ORDER_CREATED",
		unavailable: "Erreur vente",
	})
	.undo("CANCEL_ORDER", orders.cancel, only("order_id"))

	.step(
		"PROCESS_PAYMENT",
		payments.capture,
		({ order_id, payment_method, payment_token, CREATE_ORDER }) => ({
			order_id,
			amount_cents: CREATE_ORDER.total_cents,
			payment_method,
			...(payment_token && { payment_token }),
		}),
		{
			doing: "PAYMENT_PROCESSING",
			done: "PAYMENT_COMPLETED",
			failed: "Échec de la commande (checkout)",
		},
	)
	.undo("REFUND_PAYMENT", payments.refund, only("order_id"))

	.pivot(
		"CONFIRM_ORDER",
		orders.confirm,
		({ order_id, CREATE_ORDER, PROCESS_PAYMENT }) => ({
			order_id,
			payment_id: PROCESS_PAYMENT.id,
			amount_cents: CREATE_ORDER.total_cents,
		}),
		{ failed: "Erreur vente" },
	)

	.build();
