import type { Heard } from "../../lib/fact.ts";
import { projection } from "../../mixins/projections/projection.ts";
import type { Rows } from "../../mixins/projections/working-set.ts";
import { carts as told } from "../carts/carts.contract.ts";
import { carts } from "./carts.store.ts";

type Story = Pick<Heard<typeof told.created>, "payload" | "occurred_at">;

/** Facts of a cart come in their order, so that the last that was heard says how it stands. */
export const cartsProjection = projection({
	name: "carts",
	version: 1,
	models: [carts],
	on: {
		[told.created.event]: (rows: Rows, fact: Story) => follow(rows, fact, "ACTIVE"),
		[told.item_added.event]: (rows: Rows, fact: Story) => follow(rows, fact, "ACTIVE", "added"),
		[told.item_updated.event]: (rows: Rows, fact: Story) => follow(rows, fact, "ACTIVE"),
		[told.item_removed.event]: (rows: Rows, fact: Story) => follow(rows, fact, "ACTIVE", "removed"),
		[told.cleared.event]: (rows: Rows, fact: Story) => follow(rows, fact, "ACTIVE", "removed"),
		[told.checked_out.event]: (rows: Rows, fact: Story) => follow(rows, fact, "CHECKED_OUT"),
		[told.converted.event]: (rows: Rows, fact: Story) => follow(rows, fact, "CONVERTED"),
		[told.reopened.event]: (rows: Rows, fact: Story) => follow(rows, fact, "ACTIVE"),
		[told.expired.event]: (rows: Rows, fact: Story) => follow(rows, fact, "EXPIRED"),
	},
});

function follow(
	rows: Rows,
	{ payload, occurred_at: updated_at }: Story,
	status: string,
	counts?: "added" | "removed",
): void {
	const { cart_id, customer_id, location_id, total_cents } = payload;
	const { added = 0, removed = 0 } = rows.find(carts, { cart_id }) ?? {};
	rows.put(carts, {
		cart_id,
		...(customer_id && { customer_id }),
		...(location_id && { location_id }),
		status,
		added: added + Number(counts === "added"),
		removed: removed + Number(counts === "removed"),
		total_cents,
		updated_at,
	});
}
