import { Id, PaymentMethod } from "../../lib/fields.ts";
import { only, type Saga, saga } from "../../sagas/saga.ts";
import { inventory, Lines } from "../../services/inventory/inventory.contract.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";

const input = { order_id: Id, customer_id: Id, lines: Lines, payment_method: PaymentMethod };
const head = { version: 1, deadline_ms: 60_000, input };
const begin = saga("x", head).key((order) => order.order_id);
const create = only("order_id", "customer_id", "lines", "payment_method");
const byOrder = only("order_id");

const created = begin.step("CREATE", orders.create, create).undo("CANCEL", orders.cancel, byOrder);

created.pivot("PAY", payments.capture, ({ order_id, CREATE }) => ({
	order_id,
	amount_cents: CREATE.total_cents,
	payment_method: "cash" as const,
}));

// @ts-expect-error the key is made of the input
saga("x", head).key((order) => order.nope);

// @ts-expect-error no step has made an order yet
begin.read("CHECK", orders.cancel, ({ CREATE }) => ({ order_id: CREATE.id }));

// @ts-expect-error params are the action's
begin.read("CHECK", inventory.check, only("order_id"));

// @ts-expect-error the state has no such field
begin.read("CHECK", inventory.check, only("lines", "basket"));

// @ts-expect-error a step says how it is undone before anything follows
begin.step("CREATE", orders.create, create).read("CHECK", inventory.check, only("lines"));

// @ts-expect-error a saga names its point of no return
created.build();

begin
	.step("CREATE", orders.create, create)
	// @ts-expect-error the reply may never come: an undo uses what was known before
	.undo("CANCEL", orders.cancel, ({ CREATE }) => ({ order_id: CREATE.id }));

const committed = created.pivot("CONFIRM", orders.close, byOrder);

// @ts-expect-error after the point of no return there is nothing to undo
committed.step("RESERVE", orders.close, byOrder);

// @ts-expect-error nor can what must succeed be undone
committed.retriable("AGAIN", orders.close, byOrder).undo("X", orders.cancel, byOrder);

export const complete: Saga = committed.retriable("AGAIN", orders.close, byOrder).build();
