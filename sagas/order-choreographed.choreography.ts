import { inventory } from "../services/inventory/inventory.contract.ts";
import { orders } from "../services/orders/orders.contract.ts";
import { payments } from "../services/payments/payments.contract.ts";
import { choreography } from "./choreography.ts";

const only = { mode: "choreographed" };

/** Sells what is in stock, once, as `order-processing` does; but each context goes by what it hears. */
export const orderChoreographed = choreography("order-choreographed", {
	version: 1,
	key: {
		orders: { key: "id", only },
		inventory: { key: "owner_id", only },
		payments: { key: "ref_id", only },
	},
	named: "order_id",
	completed: "Commande confirmée",
	keeps: ["id", "customer_id", "cart_id", "total_cents", "refund_id", "refund_cents"],
	shows: {
		ORDER_CREATED: orders.created,
		STOCK_RESERVED: inventory.reserved,
		PAYMENT_COMPLETED: payments.captured,
	},
	having: { reason: orders.cancelled }, // without one a confirmed order is cancelled: another story
})
	.begins("CREATE_ORDER", orders.created)

	.when(orders.created)
	.by("inventory", "RESERVE_STOCK")
	.says(inventory.reserved)
	.or(inventory.reservation_refused)
	.within("1m")

	.when(inventory.reserved)
	.by("payments", "PROCESS_PAYMENT", { failed: "Échec de la commande (checkout)" })
	.says(payments.captured)
	.or(payments.declined)
	.within("1m")

	.when(payments.captured)
	.by("orders", "CONFIRM_ORDER", { failed: "Erreur vente" })
	.says(orders.confirmed)
	.or(orders.cancelled)
	.within("1m")

	.when(inventory.reservation_refused)
	.by("orders", "CANCEL_ORDER")
	.undoing("CREATE_ORDER")
	.says(orders.cancelled)
	.within("1m")

	.when(payments.declined)
	.by("orders", "CANCEL_ORDER")
	.undoing("CREATE_ORDER")
	.says(orders.cancelled)
	.within("1m")

	.when(orders.cancelled)
	.by("payments", "REFUND_PAYMENT")
	.undoing("PROCESS_PAYMENT")
	.says(payments.refunded)
	.within("1m")

	.when(orders.cancelled)
	.by("inventory", "RELEASE_STOCK")
	.undoing("RESERVE_STOCK")
	.says(inventory.released)
	.within("1m")

	.ends({
		COMPLETED: [orders.confirmed],
		COMPENSATED: [orders.cancelled, inventory.released, payments.refunded],
	})
	.build();
