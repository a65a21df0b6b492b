import { isTheirs, type Scope } from "../../lib/scope.ts";
import { wrongState } from "../../lib/state.ts";
import {
	type Claim,
	type ClaimStatus,
	type ClaimStep,
	claimNotFound,
	type claims,
} from "./claims.contract.ts";
import { shareCents } from "./share.ts";

/** A transition that is not here is impossible: no event makes it, and no history holds it. */
export const next = {
	SUBMITTED: ["UNDER_REVIEW", "APPROVED", "MANUAL_REVIEW"],
	UNDER_REVIEW: ["APPROVED", "REJECTED"],
	APPROVED: ["REFUND_PENDING", "COMPENSATING"],
	REFUND_PENDING: ["REFUNDED", "COMPENSATING"],
	REFUNDED: ["STOCK_ADJUSTED", "COMPENSATING"],
	STOCK_ADJUSTED: ["CLOSED"],
	COMPENSATING: ["COMPENSATED", "MANUAL_REVIEW"],
	MANUAL_REVIEW: ["CLOSED"],
	CLOSED: [],
	REJECTED: [],
	COMPENSATED: [],
} as const satisfies Record<ClaimStatus, readonly ClaimStatus[]>;

/** The state that each event leaves a claim in. */
export const stateAfter = {
	submitted: "SUBMITTED",
	review_started: "UNDER_REVIEW",
	approved: "APPROVED",
	rejected: "REJECTED",
	refund_pending: "REFUND_PENDING",
	refund_made: "REFUNDED",
	stock_adjusted: "STOCK_ADJUSTED",
	compensating: "COMPENSATING",
	closed: "CLOSED",
	compensated: "COMPENSATED",
	review_needed: "MANUAL_REVIEW",
} as const satisfies Partial<Record<keyof typeof claims, ClaimStatus>>;
type Kind = keyof typeof stateAfter;

/** What happens to a claim: the payload of the fact that says so. */
export type Happening = {
	[K in Kind]: { type: K; data: Parameters<(typeof claims)[K]>[0] };
}[Kind];
export type ClaimEvent = Happening & { version: number; at: string; actor: string };

/** A claim is what its events have made of it, and nothing else. */
export function fold(events: readonly ClaimEvent[]): Claim {
	const claim = events.reduce<Claim | undefined>(applied, undefined);
	if (!claim) throw new Error("A claim without an event is none");
	return claim;
}

/** The claim after one event more; one that cannot follow is a broken history. */
export function applied(claim: Claim | undefined, event: ClaimEvent): Claim {
	const { type, data, version, at: updated_at } = event;
	if (!claim && type === "submitted") return opened(event, data);
	const status = stateAfter[type];
	const isNext = version === (claim?.version ?? 0) + 1;
	if (!claim || !isNext || !(next[claim.status] as readonly ClaimStatus[]).includes(status))
		throw new Error(`${type} (${version}) cannot follow ${claim?.status} (${claim?.version})`);
	return { ...claim, ...changesBy(event), status, updated_at, version };
}

function opened(
	{ version, at }: ClaimEvent,
	{ claim_id: id, ...filed }: (Happening & { type: "submitted" })["data"],
): Claim {
	const order_id = filed.purchase?.order_id;
	const times = { submitted_at: at, updated_at: at };
	const claim_no = id.slice(-8);
	return {
		id,
		claim_no,
		...filed,
		...(order_id && { order_id }),
		...times,
		status: "SUBMITTED",
		version,
	};
}

function changesBy({ type, data }: Happening): Partial<Claim> {
	if (type === "submitted" || type === "review_started") return {};
	const { claim_id: _, customer_id: __, product_id: ___, quantity, ...rest } = data;
	if (type !== "approved") return rest;
	return { amount_cents: shareCents(data.purchase, quantity), ...rest, granted: quantity };
}

/** Of the line that was bought, what a claim keeps from others: what is rejected or undone, nothing. */
export function usage(claim: Claim | undefined): Usage {
	const { status, quantity, granted, amount_cents = 0, purchase } = claim ?? {};
	if (!quantity || !purchase || status === "REJECTED" || status === "COMPENSATED")
		return { claimed: 0, granted: 0, granted_cents: 0 };
	if (!granted) return { claimed: quantity, granted: 0, granted_cents: 0 };
	return { claimed: granted, granted, granted_cents: amount_cents };
}
export interface Usage {
	readonly claimed: number;
	readonly granted: number;
	readonly granted_cents: number;
}

export const isOver = ({ status }: Claim): boolean => next[status].length === 0;

/** What every event says of its claim. */
export const about = ({ id: claim_id, customer_id, product_id, quantity, granted }: Claim) => ({
	claim_id,
	customer_id,
	product_id,
	quantity: granted ?? quantity,
});

export function must(claim: Claim, state: ClaimStatus): void {
	if (claim.status !== state) throw wrongState({ state: claim.status, needed: state });
}

const AT_ONE_STORE: readonly Scope["role"][] = ["cashier", "store_manager"];

/** The claim, if it is the caller's to see: what a store has sold, or filed; another's is not found. */
export function seen(scope: Scope, claim: Claim | undefined, id: string): Claim {
	const isHere = ({ location_id, filed_in }: Claim) =>
		!AT_ONE_STORE.includes(scope.role) ||
		(scope.location_id !== undefined && [location_id, filed_in].includes(scope.location_id));
	if (!claim || !isTheirs(scope, claim.customer_id) || !isHere(claim)) throw claimNotFound({ id });
	return claim;
}

/** What a list is narrowed to: a store to what it has sold, or filed. */
export const storeOf = ({ role, location_id = "" }: Scope): string | undefined =>
	AT_ONE_STORE.includes(role) ? location_id : undefined;

export const stepOf = ({ version, type, data, at, actor }: ClaimEvent): ClaimStep => ({
	version,
	type,
	status: stateAfter[type],
	at,
	actor,
	data: { ...data },
});
