import Type, { type Static, type TSchema } from "typebox";

/** The fields that every context shares. */
export const Id = Type.String({ minLength: 1, maxLength: 40, pattern: "^[A-Za-z0-9_-]+$" });
export const Quantity = Type.Integer({ minimum: 1, maximum: 1_000_000 });
/** Cents: 1 234 is 12,34 $. */
export const Cents = Type.Integer({ minimum: 0, maximum: 10_000_000_000 });
export const Instant = Type.String({ format: "date-time" });
export const Text = (maxLength: number) => Type.String({ minLength: 1, maxLength, pattern: "\\S" });
export const Locale = Type.Enum(["fr", "en"]);
export const Version = Type.Integer({ minimum: 1 });

/** A place named in a request: a location's id, code or alias (`"Magasin 1"`). */
export const Place = Text(80);

/** A text is taken as an address in Québec. */
export const Address = Type.Union([
	Text(300),
	Type.Object({
		line1: Text(200),
		line2: Type.Optional(Text(200)),
		city: Text(100),
		province: Type.String({ pattern: "^[A-Z]{2}$" }),
		postal_code: Text(20),
	}),
]);
export type Address = Static<typeof Address>;

/** Of a card number nothing is kept but brand and last four digits; `writeOnly` keeps it out of logs. */
export const CardNumber = Type.String({ pattern: "^[0-9 ]{12,24}$", writeOnly: true });

export const PaymentMethod = Type.Enum(["credit_card", "debit_card", "cash"]);

/** Spread into the params of a list: `{ ...paging, location_id: Type.Optional(Id) }`. */
export const paging = {
	limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
	cursor: Type.Optional(Type.String({ maxLength: 400 })),
};

export const pageOf = <Item extends TSchema>(item: Item) =>
	Type.Object({ items: Type.Array(item), next_cursor: Type.Optional(Type.String()) });

/** What came back: `restock` goes on sale again, `damaged` is written off, `none` did not come back. */
export const Disposition = Type.Enum(["restock", "damaged", "none"]);
export type Disposition = Static<typeof Disposition>;

/** How a product is taxed. What each class pays, and since when, is in `config/tax.ts`. */
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
