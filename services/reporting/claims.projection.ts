import type { Heard } from "../../lib/fact.ts";
import { projection } from "../../mixins/projections/projection.ts";
import type { Rows } from "../../mixins/projections/working-set.ts";
import { type ClaimStatus, claims as told } from "../claims/claims.contract.ts";
import { claims } from "./claims.store.ts";

interface Step {
	readonly payload: {
		readonly claim_id: string;
		readonly customer_id: string;
		readonly product_id: string;
		readonly amount_cents?: number;
		readonly claim_type?: string;
		readonly location_id?: string;
	};
	readonly occurred_at: number;
}
const to = (status: ClaimStatus) => (rows: Rows, fact: Step) => step(rows, fact, status);

/** Claims say their own steps, in their order. */
export const claimsProjection = projection({
	name: "claims",
	version: 1,
	models: [claims],
	on: {
		[told.submitted.event](rows: Rows, fact: Heard<typeof told.submitted>) {
			const { purchase, ...payload } = fact.payload;
			const location_id = payload.location_id ?? purchase?.location_id;
			const { occurred_at } = fact;
			const known = { ...payload, ...(location_id && { location_id }) };
			step(rows, { payload: known, occurred_at }, "SUBMITTED", occurred_at);
		},
		[told.review_started.event]: to("UNDER_REVIEW"),
		[told.approved.event]: to("APPROVED"),
		[told.rejected.event]: to("REJECTED"),
		[told.refund_pending.event]: to("REFUND_PENDING"),
		[told.refund_made.event]: to("REFUNDED"),
		[told.stock_adjusted.event]: to("STOCK_ADJUSTED"),
		[told.compensating.event]: to("COMPENSATING"),
		[told.closed.event]: to("CLOSED"),
		[told.compensated.event]: to("COMPENSATED"),
		[told.review_needed.event]: to("MANUAL_REVIEW"),
	},
});

function step(rows: Rows, fact: Step, status: ClaimStatus, submitted_at?: number): void {
	const { claim_id, customer_id, product_id, amount_cents, claim_type, location_id } = fact.payload;
	rows.put(claims, {
		...rows.find(claims, { claim_id }),
		claim_id,
		customer_id,
		product_id,
		...(location_id && { location_id }),
		...(claim_type && { claim_type }),
		...(amount_cents !== undefined && { amount_cents }),
		...(submitted_at && { submitted_at }),
		status,
		updated_at: fact.occurred_at,
	});
}
