import type { Reader } from "../../mixins/database.mixin.ts";
import { STANDING } from "./order.ts";
import type { Purchase } from "./orders.contract.ts";

/** The line of a customer's latest standing order of a product, or of the order that is named. */
export async function findPurchase(db: Reader, asked: Asked): Promise<Purchase | undefined> {
	const { customer_id, product_id, order_id } = asked;
	const [row] = await db.query<Purchase>(PURCHASE, { customer_id, product_id, order_id });
	return row;
}
interface Asked {
	customer_id: string;
	product_id: string;
	order_id?: string;
}

const PURCHASE = `
	select line.order_id, line.line, line.location_id, line.product_id, line.quantity,
		line.net_cents, line.gst_cents, line.qst_cents, orders.payment_id, orders.payment_method
	from orders join order_line as line on line.order_id = orders.id
	where orders.customer_id = $customer_id and line.product_id = $product_id
		and orders.id = coalesce($order_id, orders.id) and orders.payment_id is not null
		and orders.status in (${STANDING.map((status) => `'${status}'`).join(", ")})
	order by orders.placed_at desc, orders.id desc, line.line limit 1`;
