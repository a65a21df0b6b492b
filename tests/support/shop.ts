import type { ServiceSchema } from "moleculer";
import type { Params, Reply } from "../../lib/contract.ts";
import { catalog, unknownProduct } from "../../services/catalog/catalog.contract.ts";
import { open } from "../../services/stores/location.ts";
import { locationNotFound, stores } from "../../services/stores/stores.contract.ts";
import { stub } from "./stub.ts";

type Line = Reply<typeof catalog.quote>["lines"][number];
type Product = Pick<Line, "unit_price_cents" | "tax_class" | "name_fr" | "name_en">;

const product = (name: string, unit_price_cents: number, tax_class = "STANDARD"): Product => ({
	name_fr: name,
	name_en: `${name} (en)`,
	unit_price_cents,
	tax_class: tax_class as Product["tax_class"],
});

/** A catalogue of a few products, whose prices a test may change; `isAway` makes it fail. */
export function catalogue() {
	const products = new Map([
		["1", product("Bouteille", 2_500)],
		["5", product("Sac à dos", 10_000)],
		["8", product("Cafetière", 13_915)],
		["9", product("Beau livre", 9_523, "BOOK_ISBN")],
		["34", product("Gomme", 50)],
	]);
	const shelf = { products, isAway: false };
	const quote = async ({ params }: { params: Params<typeof catalog.quote> }) => {
		if (shelf.isAway) throw new Error("the catalogue is away");
		const lines = params.lines.map(({ product_id, quantity }) => {
			const found = products.get(product_id);
			if (!found) throw unknownProduct({ id: product_id });
			return { ...found, product_id, quantity, sku: `CPT-${product_id.padStart(4, "0")}` };
		});
		return { lines };
	};
	const schema = stub(catalog, { quote });
	return { ...shelf, shelf, schema };
}

/** Two stores and the online shop, the first known by its alias too. */
export function locations(): ServiceSchema {
	const names = new Map([
		["1", "1"],
		["MTL", "1"],
		["Magasin 1", "1"],
		["2", "2"],
		["online", "online"],
	]);
	return stub(stores, {
		async resolve({ params: { location } }) {
			const id = names.get(location);
			if (!id) throw locationNotFound({ id: location });
			return open({ id, code: `LOC${id.toUpperCase()}`, name_fr: id });
		},
	});
}
