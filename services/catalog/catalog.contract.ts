import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Cents, Id, Quantity } from "../../lib/fields.ts";
import { inBody, refusal } from "../../lib/refusal.ts";

export const productNotFound = refusal("PRODUCT_NOT_FOUND", 404, {
	fr: "Produit {id} introuvable",
	en: "Product {id} not found",
});
/** In an order or a cart, it is the request that is wrong. */
export const unknownProduct = inBody(productNotFound);

export const TaxClass = Type.Enum([
	"STANDARD",
	"BOOK_ISBN",
	"DIAPERS",
	"BREASTFEEDING",
	"BASIC_GROCERY",
	"FEMININE_HYGIENE",
	"RX_DRUG",
	"MEDICAL",
	"SNACK_QST_ZERO",
	"EXEMPT",
	"GIFT_CARD",
]);

export const Quote = Type.Object({
	product_id: Id,
	quantity: Quantity,
	sku: Type.String(),
	name_fr: Type.String(),
	name_en: Type.String(),
	unit_price_cents: Cents,
	tax_class: TaxClass,
});
export type Quote = Static<typeof Quote>;
const Wanted = Type.Object({ product_id: Id, quantity: Quantity });

export const catalog = contract("catalog", {
	quote: action({
		summary: "What products cost now, line by line, for an order, a cart or a sale",
		params: { lines: Type.Array(Wanted, { minItems: 1, maxItems: 200 }) },
		returns: Type.Object({ lines: Type.Array(Quote) }),
		refusals: [unknownProduct],
	}),
	productsOf: action({
		summary: "The products of a supplier, which may see their stock and no other",
		params: { supplier_id: Id },
		returns: Type.Object({ product_ids: Type.Array(Id) }),
		cache: { ttl: 60 },
	}),
	updated: event({ product_id: Id }, { about: "product:{product_id}" }),
});
