import type { Heard } from "../../lib/fact.ts";
import { fold } from "../../lib/fold.ts";
import { projection } from "../../mixins/projections/projection.ts";
import type { Rows } from "../../mixins/projections/working-set.ts";
import { catalog } from "../catalog/catalog.contract.ts";
import { orders } from "../orders/orders.contract.ts";
import { stores } from "../stores/stores.contract.ts";
import { placeNames, places, products } from "./names.store.ts";

/** Names for reports. A product is called what the catalogue says, else what an order called it. */
export const names = projection({
	name: "names",
	version: 1,
	models: [products, places, placeNames],
	on: {
		[stores.created.event](rows: Rows, { payload }: Heard<typeof stores.created>) {
			called(rows, payload);
		},
		[stores.updated.event](rows: Rows, { payload }: Heard<typeof stores.updated>) {
			called(rows, payload);
		},
		[catalog.created.event](rows: Rows, { payload }: Heard<typeof catalog.created>) {
			sold(rows, payload);
		},
		[catalog.updated.event](rows: Rows, { payload }: Heard<typeof catalog.updated>) {
			sold(rows, payload);
		},
		[orders.created.event](rows: Rows, { payload }: Heard<typeof orders.created>) {
			for (const { product_id, description: name } of payload.lines)
				if (!rows.find(products, { product_id })) rows.put(products, { product_id, name });
		},
	},
});

interface Called {
	location_id: string;
	name: string;
	type: string;
	names?: readonly string[];
}

/** A name that has gone to another place is the other's. */
function called(rows: Rows, { location_id, name, type, names = [] }: Called): void {
	rows.put(places, { location_id, name, folded: fold(name), type });
	for (const one of names) rows.put(placeNames, { name: one, location_id });
}

const sold = (
	rows: Rows,
	{ product_id, name_fr: name }: { product_id: string; name_fr?: string },
) => name && rows.put(products, { product_id, name });
