import type { Heard } from "../../lib/fact.ts";
import { projection } from "../../mixins/projections/projection.ts";
import type { Rows } from "../../mixins/projections/working-set.ts";
import { inventory } from "../inventory/inventory.contract.ts";
import { alerts, stock } from "./stock.store.ts";

/** Levels, limits and alerts, as the inventory says them. */
export const stockProjection = projection({
	name: "stock",
	version: 1,
	models: [stock, alerts],
	on: {
		[inventory.increased.event](rows: Rows, fact: Heard<typeof inventory.increased>) {
			move(rows, fact);
		},
		[inventory.decreased.event](rows: Rows, fact: Heard<typeof inventory.decreased>) {
			move(rows, fact);
		},
		[inventory.limits_changed.event](rows: Rows, fact: Heard<typeof inventory.limits_changed>) {
			const { location_id, product_id, min_qty, max_qty, reorder_qty } = fact.payload;
			const { min_qty: _, max_qty: __, ...level } = levelOf(rows, { location_id, product_id });
			rows.put(stock, {
				...level,
				min_qty,
				reorder_qty,
				...(max_qty !== undefined && { max_qty }),
			});
		},
		[inventory.alert_raised.event](rows: Rows, fact: Heard<typeof inventory.alert_raised>) {
			const { location_id, product_id, kind, level, threshold } = fact.payload;
			const before = rows.find(alerts, { location_id, product_id, kind });
			rows.put(alerts, {
				location_id,
				product_id,
				kind,
				status: "OPEN",
				level,
				threshold,
				times: (before?.times ?? 0) + 1,
				raised_at: fact.occurred_at,
			});
		},
		[inventory.alert_resolved.event](rows: Rows, fact: Heard<typeof inventory.alert_resolved>) {
			const { location_id, product_id, kind, level, threshold } = fact.payload;
			const before = rows.find(alerts, { location_id, product_id, kind });
			rows.put(alerts, {
				...{ location_id, product_id, kind, times: 1, raised_at: fact.occurred_at },
				...before,
				...{ level, threshold, status: "RESOLVED", resolved_at: fact.occurred_at },
			});
		},
	},
});

interface Shelf {
	location_id: string;
	product_id: string;
}

/** A shelf that nothing was heard of holds nothing. */
const levelOf = (rows: Rows, { location_id, product_id }: Shelf) =>
	rows.find(stock, { location_id, product_id }) ?? {
		location_id,
		product_id,
		on_hand: 0,
		reserved: 0,
	};

function move(rows: Rows, { payload, occurred_at: moved_at }: Moved): void {
	const { on_hand, reserved } = payload;
	rows.put(stock, { ...levelOf(rows, payload), on_hand, reserved, moved_at });
}
type Moved = Pick<Heard<typeof inventory.increased>, "payload" | "occurred_at">;
