import type { Database } from "../../mixins/database.mixin.ts";
import { catalog, unknownProduct } from "../../services/catalog/catalog.contract.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import inventoryService from "../../services/inventory/inventory.service.ts";
import { locationNotFound, stores } from "../../services/stores/stores.contract.ts";
import { as, broker } from "./broker.ts";
import { stub } from "./stub.ts";

const TYPES: Record<string, "store" | "logistics_centre" | "online"> = {
	"1": "store",
	"3": "store",
	"5": "store",
	logistics: "logistics_centre",
	online: "online",
};

const storesStub = stub(stores, {
	async resolve({ params: { location } }) {
		const id = location === "Magasin 1" ? "1" : location;
		const type = TYPES[id];
		if (!type) throw locationNotFound({ id: location });
		return {
			id,
			code: id,
			name_fr: id,
			name_en: id,
			type,
			aliases: [],
			province: "QC",
			timezone: "America/Toronto",
			day_cutoff: "00:00",
			status: "active" as const,
			version: 1,
		};
	},
});

/** It knows products that begin with a letter, and those of the demo. Supplier 1 has `2`. */
const catalogStub = stub(catalog, {
	async quote({ params: { lines } }) {
		const unknown = lines.find(({ product_id }) => !/^([a-z]|[0-9]{1,2}$)/.test(product_id));
		if (unknown) throw unknownProduct({ id: unknown.product_id });
		const quoted = { sku: "", name_fr: "", name_en: "", unit_price_cents: 1 };
		return {
			lines: lines.map((line) => ({ ...line, ...quoted, tax_class: "STANDARD" as const })),
		};
	},
	async productsOf({ params: { supplier_id } }) {
		return { product_ids: supplier_id === "1" ? ["2"] : [] };
	},
});

/** The inventory between neighbours that play their part. */
export function warehouse() {
	const shop = broker([storesStub, catalogStub, inventoryService]);
	const db = () => (shop.getLocalService("inventory") as unknown as { db: Database }).db;
	const rows = <Row extends object>(sql: string, bind: object = {}) =>
		db().read((read) => read.query<Row>(sql, bind as Record<string, unknown>));
	const fresh = <O extends object>(options: O) => ({ ...options, meta: { $cache: false } });
	let stocked = 0;
	return {
		shop,
		db,
		rows,
		/** A product that nobody else touches, with as many units online. */
		async stocked(quantity: number, location = "online") {
			const product_id = `thing_${++stocked}`;
			const reason = "opening";
			await inventory.setLevel(shop, { product_id, location, quantity, reason }, as("head_office"));
			return product_id;
		},
		async level(product_id: string, location = "online") {
			const options = fresh(as("head_office"));
			const { levels } = await inventory.get(shop, { product_id, location }, options);
			return levels[0];
		},
		/** The facts announced about a thing, in order. */
		async facts(key: string) {
			const facts = await rows<{ type: string; body: string }>(
				"select type, body from outbox where key = $key order by key_seq",
				{ key },
			);
			return facts.map(({ type, body }) => ({ event: type, ...JSON.parse(body) }));
		},
	};
}

export const refused = (call: Promise<unknown>): Promise<any> =>
	call.then(
		() => undefined,
		(err) => err,
	);
