import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import {
	Cents,
	Id,
	Instant,
	Locale,
	pageOf,
	paging,
	Quantity,
	TaxClass,
	Text,
	Version,
} from "../../lib/fields.ts";
import { Amount, amountPrecision } from "../../lib/money.ts";
import { inBody, refusal } from "../../lib/refusal.ts";
import { versionConflict } from "../../lib/version.ts";

export { TaxClass };
export const productNotFound = refusal("PRODUCT_NOT_FOUND", 404, {
	fr: "Produit {id} introuvable",
	en: "Product {id} not found",
});
/** In an order or a cart, it is the request that is wrong. */
export const unknownProduct = inBody(productNotFound);
export const skuTaken = refusal("SKU_TAKEN", 409, {
	fr: "Un autre produit porte déjà le SKU {sku}",
	en: "Another product already has the SKU {sku}",
});
export const barcodeTaken = refusal("BARCODE_TAKEN", 409, {
	fr: "Le code à barres {code} est déjà celui d'un produit",
	en: "Barcode {code} is already that of a product",
});
export const categoryNotFound = refusal("CATEGORY_NOT_FOUND", 404, {
	fr: "Catégorie {id} introuvable",
	en: "Category {id} not found",
});
export const unknownCategory = inBody(categoryNotFound);
export const categoryCycle = refusal("CATEGORY_CYCLE", 409, {
	fr: "La catégorie {id} ne peut pas être placée sous elle-même",
	en: "Category {id} cannot be placed below itself",
});
export const categoryInUse = refusal("CATEGORY_IN_USE", 409, {
	fr: "La catégorie {id} contient encore des produits ou des catégories",
	en: "Category {id} still holds products or categories",
});
export const supplierNotFound = refusal("SUPPLIER_NOT_FOUND", 404, {
	fr: "Fournisseur {id} introuvable",
	en: "Supplier {id} not found",
});
export const supplierCodeTaken = refusal("SUPPLIER_CODE_TAKEN", 409, {
	fr: "Un autre fournisseur porte déjà le code {code}",
	en: "Another supplier already has the code {code}",
});

const BarcodeText = Type.String({ pattern: "^(\\d{8}|\\d{12,14})$" });
const Barcode = Type.Object({ code: BarcodeText, pack_qty: Quantity });
const GivenBarcode = Type.Object({ code: BarcodeText, pack_qty: Type.Optional(Quantity) });
const Status = Type.Enum(["draft", "active", "archived"]);
const Description = Type.String({ maxLength: 4_000 });

const product = {
	sku: Type.String({ pattern: "^[A-Za-z0-9._-]{1,40}$" }),
	name_fr: Text(200),
	name_en: Text(200),
	description_fr: Description,
	description_en: Description,
	brand: Type.Optional(Text(80)),
	tax_class: TaxClass,
	price_cents: Cents,
};
export const Product = Type.Object({
	id: Id,
	...product,
	currency: Type.Literal("CAD"),
	status: Status,
	category_ids: Type.Array(Id),
	barcodes: Type.Array(Barcode),
	version: Version,
});
export type Product = Static<typeof Product>;

const links = {
	category_ids: Type.Optional(Type.Array(Id, { maxItems: 20, uniqueItems: true })),
	barcodes: Type.Optional(Type.Array(GivenBarcode, { maxItems: 20 })),
	/** Archived by DELETE alone; either of these brings it back. */
	status: Type.Optional(Type.Enum(["draft", "active"])),
};
/** What is not said of a new product is empty, taxed as usual, and on sale. */
const whole = {
	...Type.Partial(Type.Object(product)).properties,
	sku: product.sku,
	name_fr: product.name_fr,
	price_cents: product.price_cents,
	...links,
};

const { price_cents: unit_price_cents, sku, name_fr, name_en, tax_class } = product;
const priced = { unit_price_cents, sku, name_fr, name_en, tax_class };
export const Quote = Type.Object({ product_id: Id, quantity: Quantity, ...priced });
export type Quote = Static<typeof Quote>;
const Wanted = Type.Object({ product_id: Id, quantity: Quantity });

const Plain = Type.String();
/** A product as the alias says it: dollars, in French. */
export const Produit = Type.Object({ id: Id, nom: Plain, prix: Type.Number(), description: Plain });
export type Produit = Static<typeof Produit>;

const names = { name_fr: Text(120), name_en: Text(120) };
export const Category = Type.Object({
	id: Id,
	parent_id: Type.Optional(Id),
	...names,
	path: Type.String({ description: "the ids from the root down: /3/12/" }),
	version: Version,
});
export type Category = Static<typeof Category>;

const supplier = {
	code: Type.String({ pattern: "^[A-Z0-9_-]{2,20}$" }),
	name: Text(120),
	contact: Type.Optional(Text(200)),
	lead_time_days: Type.Integer({ minimum: 0, maximum: 365 }),
	language: Locale,
};
export const Supplier = Type.Object({ id: Id, ...supplier, version: Version });
export type Supplier = Static<typeof Supplier>;

const terms = { supplier_sku: Text(60), cost_cents: Cents, min_order_qty: Quantity };
const { lead_time_days } = supplier;
/** What a supplier sells us, under its own number, at which cost and how soon. */
export const Supply = Type.Object({ supplier_id: Id, product_id: Id, ...terms, lead_time_days });
export type Supply = Static<typeof Supply>;

const STAFF = ["cashier", "store_manager", "logistics", "head_office", "admin", "auditor"] as const;
const BUYERS = ["head_office", "logistics"] as const;
const reading = { roles: ["guest"] } as const;
/** Head office owns the catalogue: nobody else writes it, admin no more than others. */
const writing = { roles: ["head_office"], versioned: true } as const;
const edits = [productNotFound, versionConflict];
const conflicts = [skuTaken, barcodeTaken, unknownCategory];

const about = "product:{product_id}" as const;
const aboutCategory = { about: "category:{category_id}" } as const;
const aboutSupplier = { about: "supplier:{supplier_id}" } as const;
const edit = {
	product_id: Id,
	changed: Type.Array(Type.String()),
	version: Version,
	name_fr: Type.Optional(Type.String()),
	name_en: Type.Optional(Type.String()),
};

const query = {
	...paging,
	search: Type.Optional(Text(100)),
	category: Type.Optional(Id),
	barcode: Type.Optional(BarcodeText),
	status: Type.Optional(Status),
	sort: Type.Optional(Type.Enum(["sku", "-sku", "name", "-name", "price_cents", "-price_cents"])),
};
const price = { product_id: Id, old_cents: Cents, new_cents: Cents, from: Instant };

export const catalog = contract("catalog", {
	list: action({
		summary: "Products on sale, by words of their name, id, SKU or barcode, and by category",
		rest: "GET /products",
		graphql: "Query.products",
		...reading,
		cache: { ttl: 30, keys: [...Object.keys(query), "#scope.role"] },
		repeatable: true,
		params: query,
		returns: pageOf(Product),
	}),
	get: action({
		summary: "A product by its id or SKU, archived or not; drafts are for the staff",
		rest: "GET /products/:id",
		...reading,
		versioned: true,
		cache: { ttl: 60, keys: ["id", "#scope.role"] }, // no `about`: the id may be a SKU
		key: "id",
		repeatable: true,
		params: { id: Id },
		returns: Product,
		refusals: [productNotFound],
	}),
	byBarcode: action({
		summary: "The product that carries a barcode",
		rest: "GET /products/by-barcode/:code",
		...reading,
		versioned: true,
		cache: { ttl: 60, keys: ["code", "#scope.role"] },
		repeatable: true,
		params: { code: BarcodeText },
		returns: Product,
		refusals: [productNotFound],
	}),
	create: action({
		summary: "Add a product",
		rest: "POST /products",
		status: 201,
		location: "/api/v1/products/{id}",
		...writing,
		params: whole,
		returns: Product,
		refusals: conflicts,
	}),
	replace: action({
		summary: "Say a product anew: what is left out is empty again; its status stays",
		rest: "PUT /products/:id",
		...writing,
		key: "id",
		params: { id: Id, ...whole },
		returns: Product,
		refusals: [...edits, ...conflicts],
	}),
	update: action({
		summary: "Change some of a product",
		rest: "PATCH /products/:id",
		...writing,
		key: "id",
		params: { id: Id, ...Type.Partial(Type.Object(whole)).properties },
		returns: Product,
		refusals: [...edits, ...conflicts],
	}),
	archive: action({
		summary: "Take a product out of the catalogue; what was sold of it stays readable",
		rest: "DELETE /products/:id",
		...writing,
		key: "id",
		params: { id: Id },
		returns: Product,
		refusals: edits,
	}),
	quote: action({
		summary: "What products cost now, line by line, for an order, a cart or a sale",
		repeatable: true,
		params: { lines: Type.Array(Wanted, { minItems: 1, maxItems: 200 }) },
		returns: Type.Object({ lines: Type.Array(Quote) }),
		refusals: [unknownProduct],
	}),
	productsOf: action({
		summary: "The products of a supplier, which may see their stock and no other",
		repeatable: true,
		params: { supplier_id: Id },
		returns: Type.Object({ product_ids: Type.Array(Id) }),
		cache: { ttl: 60 },
	}),

	listProduits: action({
		summary: "Products on sale, in French and in dollars",
		aliases: ["GET /api/produits/"],
		...reading,
		cache: { ttl: 30 },
		repeatable: true,
		params: { limit: paging.limit, search: Type.Optional(Text(100)) },
		returns: Type.Array(Produit),
	}),
	updateProduit: action({
		summary: "Change a product's French name and description, and its price in dollars",
		aliases: ["PUT /api/produits/:product_id/"],
		roles: writing.roles,
		key: "product_id",
		params: {
			product_id: Id,
			id: Type.Optional(Id),
			nom: Type.Optional(product.name_fr),
			prix: Type.Optional(Amount),
			description: Type.Optional(Description),
		},
		returns: Produit,
		refusals: [...edits, amountPrecision],
	}),

	listCategories: action({
		summary: "The tree of categories, each after the one that holds it",
		rest: "GET /categories",
		...reading,
		cache: { ttl: 60 },
		repeatable: true,
		params: paging,
		returns: pageOf(Category),
	}),
	createCategory: action({
		summary: "Add a category, at the root or below another",
		rest: "POST /categories",
		status: 201,
		...writing,
		params: { ...names, name_en: Type.Optional(names.name_en), parent_id: Type.Optional(Id) },
		returns: Category,
		refusals: [unknownCategory],
	}),
	updateCategory: action({
		summary: "Rename a category, or move it with all below it; `parent_id: null` is the root",
		rest: "PATCH /categories/:id",
		...writing,
		params: {
			id: Id,
			...Type.Partial(Type.Object(names)).properties,
			parent_id: Type.Optional(Type.Union([Id, Type.Null()])),
		},
		returns: Category,
		refusals: [categoryNotFound, unknownCategory, categoryCycle, versionConflict],
	}),
	removeCategory: action({
		summary: "Remove a category that holds nothing",
		rest: "DELETE /categories/:id",
		...writing,
		status: 204,
		params: { id: Id },
		refusals: [categoryNotFound, categoryInUse, versionConflict],
	}),

	listSuppliers: action({
		summary: "Who supplies the chain",
		rest: "GET /suppliers",
		roles: STAFF,
		repeatable: true,
		params: paging,
		returns: pageOf(Supplier),
	}),
	createSupplier: action({
		summary: "Add a supplier",
		rest: "POST /suppliers",
		roles: BUYERS,
		status: 201,
		versioned: true,
		params: supplier,
		returns: Supplier,
		refusals: [supplierCodeTaken],
	}),
	updateSupplier: action({
		summary: "Change what is said of a supplier",
		rest: "PATCH /suppliers/:id",
		roles: BUYERS,
		versioned: true,
		params: { id: Id, ...Type.Partial(Type.Object(supplier)).properties },
		returns: Supplier,
		refusals: [supplierNotFound, supplierCodeTaken, versionConflict],
	}),
	listSupplies: action({
		summary: "Who sells us what, and at which cost; a supplier sees its own",
		rest: "GET /supplier-products",
		roles: [...STAFF, "supplier"],
		repeatable: true,
		params: { ...paging, supplier_id: Type.Optional(Id), product_id: Type.Optional(Id) },
		returns: pageOf(Supply),
	}),
	saveSupply: action({
		summary: "Attach a supplier to a product, with its own number and its cost",
		rest: "PUT /supplier-products/:supplier_id/:product_id",
		roles: BUYERS,
		params: { supplier_id: Id, product_id: Id, ...terms },
		returns: Supply,
		refusals: [supplierNotFound, unknownProduct],
	}),

	created: event(edit, { about }),
	updated: event(edit, { about }),
	archived: event(edit, { about }),
	price_changed: event(price, { about }),
	category_created: event({ category_id: Id, path: Type.String() }, aboutCategory),
	category_updated: event({ category_id: Id, path: Type.String() }, aboutCategory),
	category_removed: event({ category_id: Id, path: Type.String() }, aboutCategory),
	supplier_created: event({ supplier_id: Id }, aboutSupplier),
	supplier_updated: event({ supplier_id: Id }, aboutSupplier),
	supply_changed: event({ supplier_id: Id, product_id: Id, cost_cents: Cents }, aboutSupplier),
});
