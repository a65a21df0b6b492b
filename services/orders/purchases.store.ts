import type { Reader } from "../../mixins/database.mixin.ts";
import { STANDING } from "./order.ts";
import type { Purchase } from "./orders.contract.ts";

const LINES_MAX = 50; // who has claimed all of so many asks a person, or names an older order

/** The lines of a product in a customer's standing orders, or in the one that is named: the latest first. */
export const listPurchases = (db: Reader, asked: Asked): Promise<Purchase[]> => {
	const { customer_id, product_id, order_id } = asked;
	return db.query<Purchase>(PURCHASES, { customer_id, product_id, order_id });
};
interface Asked {
	customer_id: string;
	product_id: string;
	order_id?: string;
}

const PURCHASES = `
	select line.order_id, line.line, line.location_id, line.product_id, line.quantity,
		line.net_cents, line.gst_cents, line.qst_cents, orders.payment_id, orders.payment_method
	from orders join order_line as line on line.order_id = orders.id
	where orders.customer_id = $customer_id and line.product_id = $product_id
		and orders.id = coalesce($order_id, orders.id) and orders.payment_id is not null
		and orders.status in (${STANDING.map((status) => `'${status}'`).join(", ")})
	order by orders.placed_at desc, orders.id desc, line.line limit ${LINES_MAX}`;
