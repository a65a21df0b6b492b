import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import {
	Cents,
	Disposition,
	Id,
	Instant,
	pageOf,
	paging,
	Quantity,
	Text,
} from "../../lib/fields.ts";
import { letterEntries } from "../../lib/letters.ts";
import { CENTS_MAX } from "../../lib/money.ts";
import { refusal } from "../../lib/refusal.ts";
import { wrongState } from "../../lib/state.ts";
import { unknownProduct } from "../catalog/catalog.contract.ts";
import { unknownCustomer } from "../customers/customers.contract.ts";
import { Purchase as Bought } from "../orders/orders.contract.ts";

export const claimNotFound = refusal("CLAIM_NOT_FOUND", 404, {
	fr: "Réclamation {id} introuvable",
	en: "Claim {id} not found",
});
export const notPurchased = refusal("NOT_PURCHASED", 422, {
	fr: "Aucun achat payé du produit {product_id} n'a été trouvé",
	en: "No paid purchase of product {product_id} was found",
});
export const alreadyClaimed = refusal("ALREADY_CLAIMED", 409, {
	fr: "Cet article fait déjà l'objet d'une réclamation",
	en: "This item has already been claimed",
});
export const claimExceedsPurchase = refusal("CLAIM_EXCEEDS_PURCHASE", 409, {
	fr: "La réclamation dépasse ce qui a été acheté ou payé ({available})",
	en: "The claim exceeds what was bought or paid ({available})",
});

export const ClaimType = Type.Enum([
	"product_defect",
	"damaged",
	"missing",
	"wrong_item",
	"late",
	"other",
]);
export type ClaimType = Static<typeof ClaimType>;
export const ClaimStatus = Type.Enum([
	"SUBMITTED",
	"UNDER_REVIEW",
	"APPROVED",
	"REFUND_PENDING",
	"REFUNDED",
	"STOCK_ADJUSTED",
	"CLOSED",
	"REJECTED",
	"COMPENSATING",
	"COMPENSATED",
	"MANUAL_REVIEW",
]);
export type ClaimStatus = Static<typeof ClaimStatus>;

/** The line that a claim is about, as it was when the claim was filed. */
export const Purchase = Type.Object({
	...Bought.properties,
	/** Units of the line that earlier claims have been given: shares are cumulative. */
	claimed_before: Type.Integer({ minimum: 0 }),
});
export type Purchase = Static<typeof Purchase>;

export const Claim = Type.Object({
	id: Id,
	claim_no: Type.String(),
	customer_id: Id,
	product_id: Id,
	quantity: Quantity,
	/** Units that the decision grants, at most those that are claimed. */
	granted: Type.Optional(Quantity),
	claim_type: ClaimType,
	description: Type.String(),
	status: ClaimStatus,
	/** Where it was bought. */
	location_id: Type.Optional(Id),
	/** The store whose staff has filed it. */
	filed_in: Type.Optional(Id),
	order_id: Type.Optional(Id),
	purchase: Type.Optional(Purchase),
	/** What is, or was, given back: taxes included. */
	amount_cents: Type.Optional(Cents),
	disposition: Type.Optional(Disposition),
	decided_by: Type.Optional(Type.String()),
	reason: Type.Optional(Type.String()),
	refund_id: Type.Optional(Id),
	submitted_at: Instant,
	updated_at: Instant,
	version: Type.Integer(),
});
export type Claim = Static<typeof Claim>;

/** An event of a claim, and the state that it was left in. */
export const ClaimStep = Type.Object({
	version: Type.Integer(),
	type: Type.String(),
	status: ClaimStatus,
	at: Instant,
	actor: Type.String(),
	data: Type.Record(Type.String(), Type.Unknown()),
});
export type ClaimStep = Static<typeof ClaimStep>;

const reads = ["customer", "cashier", "store_manager", "head_office", "admin", "auditor"] as const;
const decides = ["store_manager", "head_office"] as const;
const about = "claim:{claim_id}" as const;
const Reason = Text(500);

/** `quantity` is of the units that are claimed; once it is approved, of those that are granted. */
const claim = { claim_id: Id, customer_id: Id, product_id: Id, quantity: Quantity };
const decided = {
	...claim,
	purchase: Purchase,
	/** Taxes included; absent: the whole share of the line. */
	amount_cents: Type.Optional(Cents),
	disposition: Disposition,
	decided_by: Type.String(),
	reason: Type.Optional(Type.String()),
};
const ended = {
	...claim,
	amount_cents: Type.Optional(Cents),
	refund_id: Type.Optional(Id),
	reason: Type.Optional(Type.String()),
};

export const claims = contract("claims", {
	...letterEntries,
	submit: action({
		summary: "File a claim about something bought",
		rest: "POST /claims",
		aliases: ["POST /claims"],
		roles: ["customer", "cashier", "store_manager"],
		idempotency: "optional",
		limit: "write",
		status: 201,
		location: "/api/v1/claims/{id}",
		params: {
			customer_id: Type.Optional(Id),
			claim_type: ClaimType,
			description: Text(2_000),
			product_id: Id,
			quantity: Type.Optional(Quantity),
			order_id: Type.Optional(Id),
		},
		returns: Claim,
		refusals: [unknownCustomer, unknownProduct, notPurchased, alreadyClaimed, claimExceedsPurchase],
	}),
	list: action({
		summary: "Claims, the latest first: a customer's own, a store's, or all",
		rest: "GET /claims",
		aliases: ["GET /claims"],
		roles: reads,
		repeatable: true,
		params: { ...paging, status: Type.Optional(ClaimStatus), customer_id: Type.Optional(Id) },
		returns: pageOf(Claim),
	}),
	get: action({
		summary: "A claim",
		rest: "GET /claims/:id",
		aliases: ["GET /claims/:id"],
		roles: reads,
		versioned: true,
		key: "id",
		repeatable: true,
		params: { id: Id },
		returns: Claim,
		refusals: [claimNotFound],
	}),
	history: action({
		summary: "The events that a claim is the fold of",
		rest: "GET /claims/:id/history",
		aliases: ["GET /claims/:id/history"],
		roles: reads,
		key: "id",
		repeatable: true,
		params: { id: Id },
		returns: Type.Object({ items: Type.Array(ClaimStep) }),
		refusals: [claimNotFound],
	}),
	review: action({
		summary: "Take up a claim",
		rest: "POST /claims/:id/review",
		aliases: ["POST /claims/:id/review"],
		roles: decides,
		key: "id",
		params: { id: Id },
		returns: Claim,
		refusals: [claimNotFound, wrongState],
	}),
	approve: action({
		summary: "Grant a claim: the refund and the stock follow by themselves",
		rest: "POST /claims/:id/approve",
		aliases: ["POST /claims/:id/approve"],
		roles: decides,
		limit: "write",
		key: "id",
		params: {
			id: Id,
			quantity: Type.Optional(Quantity),
			amount_cents: Type.Optional(Type.Integer({ minimum: 1, maximum: CENTS_MAX })),
			disposition: Disposition,
			reason: Type.Optional(Reason),
		},
		returns: Claim,
		refusals: [claimNotFound, wrongState, claimExceedsPurchase],
	}),
	reject: action({
		summary: "Refuse a claim, and say why",
		rest: "POST /claims/:id/reject",
		aliases: ["POST /claims/:id/reject"],
		roles: decides,
		key: "id",
		params: { id: Id, reason: Reason },
		returns: Claim,
		refusals: [claimNotFound, wrongState],
	}),
	close: action({
		summary: "Close a claim that a person has settled another way",
		rest: "POST /claims/:id/close",
		aliases: ["POST /claims/:id/close"],
		roles: ["head_office"],
		key: "id",
		params: { id: Id, reason: Reason },
		returns: Claim,
		refusals: [claimNotFound, wrongState],
	}),

	submitted: event(
		{
			...claim,
			claim_type: ClaimType,
			description: Type.String(),
			location_id: Type.Optional(Id),
			filed_in: Type.Optional(Id),
			purchase: Type.Optional(Purchase),
		},
		{ about },
	),
	review_started: event({ ...claim, decided_by: Type.String() }, { about }),
	approved: event(decided, { about }),
	rejected: event({ ...ended, decided_by: Type.String() }, { about }),
	/** Steps that others have made: the claim follows. */
	refund_pending: event({ ...ended, refund_id: Id }, { about }),
	refund_made: event({ ...ended, refund_id: Id }, { about }),
	stock_adjusted: event(ended, { about }),
	compensating: event(ended, { about }),
	closed: event(ended, { about }),
	compensated: event(ended, { about }),
	review_needed: event(ended, { about }),
});
