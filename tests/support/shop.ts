import type { ServiceSchema } from "moleculer";
import type { Params, Reply } from "../../lib/contract.ts";
import { catalog, unknownProduct } from "../../services/catalog/catalog.contract.ts";
import { locationNotFound, stores } from "../../services/stores/stores.contract.ts";

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
	const schema = actions("catalog", { quote: { ...catalog.quote.schema, handler: quote } });
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
	const resolve = async ({ params: { location } }: { params: Params<typeof stores.resolve> }) => {
		const id = names.get(location);
		if (!id) throw locationNotFound({ id: location });
		return { id, code: id, name_fr: id, name_en: id, type: "store" as const };
	};
	const { returns: _, cache: __, ...schema } = stores.resolve.schema;
	return actions("stores", { resolve: { ...schema, handler: resolve } });
}

/** A neighbour that answers only what is asked of it here. */
export const actions = (name: string, handlers: Record<string, unknown>): ServiceSchema =>
	({ name, actions: handlers }) as ServiceSchema;
