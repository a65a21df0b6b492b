import type { Fact } from "../../lib/fact.ts";
import { fold } from "../../lib/fold.ts";
import { centsOf } from "../../lib/money.ts";
import type { Scope } from "../../lib/scope.ts";
import { malformed } from "../../lib/validator.ts";
import { barcodesOf } from "./barcode.ts";
import {
	catalog,
	type Product,
	type Produit,
	type Quote,
	unknownProduct,
} from "./catalog.contract.ts";

const WORDS_MAX = 8;
const SIGNS = /[^\p{L}\p{N}]+/gu;

type Fixed = "id" | "version" | "currency" | "barcodes" | "status";
type Given = {
	status?: "draft" | "active";
	barcodes?: { code: string; pack_qty?: number }[];
};
export type Changes = { [K in keyof Omit<Product, Fixed>]?: Product[K] } & Given;
export type Whole = Changes & Pick<Product, "sku" | "name_fr" | "price_cents">;

/** What is not said of a product: nothing is described, it is taxed as usual, and on sale. */
export const create = (
	id: string,
	{ barcodes = [], category_ids = [], ...said }: Whole,
): Product => ({
	id,
	name_en: said.name_fr,
	description_fr: "",
	description_en: "",
	tax_class: "STANDARD",
	status: "active",
	currency: "CAD",
	...said,
	category_ids: category_ids.toSorted(),
	barcodes: barcodesOf(barcodes),
	version: 1,
});

/** The product as said anew; only its status stays when left out. */
export const replace = (before: Product, said: Whole): Product =>
	further(before, { ...create(before.id, said), status: said.status ?? before.status });

/** The product after some changes. */
export const change = (before: Product, { barcodes, category_ids, ...rest }: Changes): Product =>
	further(before, {
		...before,
		...rest,
		...(category_ids && { category_ids: category_ids.toSorted() }),
		...(barcodes && { barcodes: barcodesOf(barcodes) }),
	});

export const archive = (before: Product): Product =>
	further(before, { ...before, status: "archived" });

/** A version further, or itself when nothing changes. */
const further = (before: Product, after: Product): Product =>
	changed(before, after).length === 0 ? before : { ...after, version: before.version + 1 };

const changed = (before: object, after: object): string[] => {
	const fields = new Set([...Object.keys(before), ...Object.keys(after)]);
	const said = (one: object, field: string) => JSON.stringify(one[field as never]);
	return [...fields].filter(
		(field) => field !== "version" && said(before, field) !== said(after, field),
	);
};

/** What there is to tell of a change; of none, nothing. */
export function factsOf(before: Product | undefined, after: Product, now: Date): Fact[] {
	const { id: product_id, version, name_fr, name_en } = after;
	const fields = changed(before ?? {}, after);
	const edit = { product_id, changed: fields, version, name_fr, name_en };
	if (!before) return [catalog.created(edit)];
	if (fields.length === 0) return [];
	const [old_cents, new_cents] = [before.price_cents, after.price_cents];
	const archived = fields.includes("status") && after.status === "archived";
	return [
		archived ? catalog.archived(edit) : catalog.updated(edit),
		...(old_cents === new_cents
			? []
			: [catalog.price_changed({ product_id, old_cents, new_cents, from: now.toISOString() })]),
	];
}

/** Drafts are the staff's: to the others they are not there yet. */
export const maySee = ({ role }: Scope, { status }: Pick<Product, "status">): boolean =>
	status !== "draft" || !["guest", "customer", "supplier"].includes(role);

/** The words of a text, as a search compares them: `T-shirt` is "t-shirt". */
export const wordsOf = (text: string): string[] =>
	fold(text)
		.split(" ")
		.map((word) => word.replaceAll(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ""))
		.filter(Boolean);

export const searchedWords = (text: string) => wordsOf(text).slice(0, WORDS_MAX);

/**
 * All that finds a product, each word whole and in its parts ("t-shirt t shirt"), with a space
 * before it, so that it is found by its start.
 */
export function searchTextOf({ id, sku, name_fr, name_en, barcodes }: Product): string {
	const codes = barcodes.map(({ code }) => code);
	const words = wordsOf([name_fr, name_en, id, sku, ...codes].join(" "));
	const parts = words.flatMap((word) => [word, ...wordsOf(word.replaceAll(SIGNS, " "))]);
	return ` ${[...new Set(parts)].join(" ")}`;
}

type Wanted = Pick<Quote, "product_id" | "quantity">;
export type Priced = Pick<
	Product,
	"id" | "sku" | "name_fr" | "name_en" | "price_cents" | "tax_class"
>;

/** Each line at its price; one that is not on sale refuses them all. */
export function quote(lines: Wanted[], products: Map<string, Priced>): Quote[] {
	return lines.map(({ product_id, quantity }) => {
		const product = products.get(product_id);
		if (!product) throw unknownProduct({ id: product_id });
		const { id: _, price_cents: unit_price_cents, ...named } = product;
		return { product_id, quantity, unit_price_cents, ...named };
	});
}

/** Cents over a hundred is the double nearest to the amount: it is written with its two decimals. */
export const produitOf = ({ id, name_fr, price_cents, description_fr }: Product): Produit => ({
	id,
	nom: name_fr,
	prix: price_cents / 100,
	description: description_fr,
});

/** What the alias says of a product, in our words; its `id`, if said, is the one of the address. */
export function changesOf(product_id: string, said: Partial<ProduitSaid>): Changes {
	const { id = product_id, nom, prix, description } = said;
	if (id !== product_id)
		throw malformed([{ field: "id", message: "is not the id of the address", keyword: "const" }]);
	return {
		...(nom !== undefined && { name_fr: nom }),
		...(prix !== undefined && { price_cents: centsOf(prix, "prix") }),
		...(description !== undefined && { description_fr: description }),
	};
}
type ProduitSaid = Omit<Produit, "prix"> & { prix: number | string };
