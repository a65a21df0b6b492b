import type { Context } from "moleculer";
import { env } from "../../config/env.ts";
import type { Params } from "../../lib/contract.ts";
import { newId } from "../../lib/ids.ts";
import { ownOf, scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { database } from "../../mixins/database.mixin.ts";
import { inbox } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { participant } from "../../mixins/participant.mixin.ts";
import { type Happening, seen, stepOf, storeOf } from "./claim.ts";
import { claims } from "./claims.contract.ts";
import * as store from "./claims.store.ts";
import * as rules from "./decide.ts";
import { decidingActions } from "./deciding.actions.ts";
import { pickLine } from "./lines.store.ts";
import { customerOf, evidenceOf } from "./neighbours.ts";
import { refundReactions } from "./refund.reactions.ts";
import { happen } from "./told.actions.ts";

export default service(claims, {
	mixins: [database, outbox, inbox, participant],

	actions: {
		...letterActions,
		...decidingActions,
		async submit(ctx) {
			const scope = scopeOf(ctx);
			const filing = filingOf(ctx);
			const found = await evidenceOf(ctx, { ...ctx.params, ...filing });
			return this.once(ctx, async (tx) => {
				if (!Array.isArray(found)) throw found;
				if (found.length === 0) rules.refuseUnbought(scope, ctx.params);
				const line = found.length > 0 ? await pickLine(tx, found, filing.quantity) : undefined;
				const by = (actor: string) => (one: Happening) => ({ ...one, actor });

				const filed = rules.submit(filing, line?.purchase).map(by(scope.actor));
				const claim = await happen(this, tx, undefined, filed);
				if (!line) return claim;
				const limit_cents = env.claims_auto_approve_cents;
				const approved = rules.approveByRule(claim, limit_cents, line.used).map(by(rules.RULE));
				return approved.length > 0 ? happen(this, tx, claim, approved) : claim;
			});
		},

		async list(ctx) {
			const scope = scopeOf(ctx);
			const asked = { ...ctx.params, ...ownOf(scope), store: storeOf(scope) };
			return this.db.read((db) => store.pageOfClaims(db, asked));
		},
		async get(ctx) {
			const { id } = ctx.params;
			return seen(scopeOf(ctx), await this.db.read((db) => store.findClaim(db, id)), id);
		},
		async history(ctx) {
			const { id } = ctx.params;
			return this.db.read(async (db) => {
				seen(scopeOf(ctx), await store.findClaim(db, id), id);
				return { items: (await store.listEvents(db, id)).map(stepOf) };
			});
		},
	},

	events: refundReactions,
});

function filingOf(ctx: Context<Params<typeof claims.submit>>) {
	const { customer_id, product_id, quantity = 1, claim_type, description } = ctx.params;
	const { location_id } = scopeOf(ctx);
	return {
		claim_id: newId("clm"),
		customer_id: customerOf(ctx, customer_id),
		product_id,
		quantity,
		claim_type,
		description,
		...(location_id && { filed_in: location_id, location_id }),
	};
}
