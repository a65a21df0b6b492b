import { about, applied, type Happening } from "./claim.ts";
import type { Claim, ClaimStatus } from "./claims.contract.ts";

/** What others say of the refund of a claim. */
export interface Said {
	readonly refund_id?: string;
	/** Taxes included. */
	readonly refund_cents?: number;
	readonly reason?: string;
}

interface Transition {
	/** Where the claim must be: before that, the fact waits. */
	readonly from: readonly ClaimStatus[];
	makes(claim: Claim, said: Said): Happening[];
}

/** What each fact of the refund makes of a claim. */
export const transitions = {
	refund_requested: {
		from: ["APPROVED"],
		makes: (claim, said) => [{ type: "refund_pending", data: refund(claim, said) }],
	},
	refunded: {
		from: ["REFUND_PENDING"],
		makes: (claim, said) => [{ type: "refund_made", data: refund(claim, said) }],
	},
	refund_refused: {
		from: ["APPROVED", "REFUND_PENDING"],
		makes: (claim, said) => [
			{ type: "compensating", data: why(claim, said) },
			{ type: "review_needed", data: why(claim, said) },
		],
	},
	stock_adjusted: {
		from: ["REFUNDED"],
		makes: (claim) => [
			{ type: "stock_adjusted", data: amount(claim) },
			{ type: "closed", data: amount(claim) },
		],
	},
	return_refused: {
		from: ["REFUNDED"],
		makes: (claim, said) => [{ type: "compensating", data: why(claim, said) }],
	},
	refund_reversed: {
		from: ["COMPENSATING"],
		makes: (claim, said) => [{ type: "compensated", data: why(claim, said) }],
	},
	refund_stands: {
		from: ["COMPENSATING"],
		makes: (claim, said) => [{ type: "review_needed", data: why(claim, said) }],
	},
} as const satisfies Record<string, Transition>;
export type Step = keyof typeof transitions;

/** A fact about a claim, and who says it. */
export interface Waiting {
	readonly step: Step;
	readonly said: Said;
	readonly actor: string;
}

/**
 * All that can now happen to a claim, of facts that come in any order: one that comes before what
 * it follows waits for it, one that comes after what followed it changes nothing.
 */
export function settle(claim: Claim, facts: readonly Waiting[]): Settled {
	const fact = facts.find(({ step }) => fits(step, claim));
	if (!fact) return { happened: [], waiting: facts };
	const { step, said, actor } = fact;
	const happened = transitions[step].makes(claim, said).map((one) => ({ ...one, actor }));
	const after = happened.reduce(
		(so_far, one) =>
			applied(so_far, { ...one, version: so_far.version + 1, at: so_far.updated_at }),
		claim,
	);
	const rest = settle(
		after,
		facts.filter((one) => one !== fact),
	);
	return { ...rest, happened: [...happened, ...rest.happened] };
}
interface Settled {
	readonly happened: (Happening & { actor: string })[];
	readonly waiting: readonly Waiting[];
}

const fits = (step: Step, { status }: Claim): boolean =>
	(transitions[step].from as readonly ClaimStatus[]).includes(status);

const amount = (claim: Claim, { refund_cents = claim.amount_cents }: Said = {}) => ({
	...about(claim),
	...(refund_cents !== undefined && { amount_cents: refund_cents }),
});

function refund(claim: Claim, said: Said) {
	const { refund_id } = said;
	if (!refund_id) throw new Error(`A refund of claim ${claim.id} has no id`);
	return { ...amount(claim, said), refund_id };
}

const why = (claim: Claim, said: Said) => ({
	...amount(claim, said),
	...(said.refund_id && { refund_id: said.refund_id }),
	...(said.reason && { reason: said.reason }),
});
