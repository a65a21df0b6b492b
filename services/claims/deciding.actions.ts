import type { Context } from "moleculer";
import { scopeOf } from "../../lib/scope.ts";
import { page } from "../../lib/service.ts";
import type { Database, database } from "../../mixins/database.mixin.ts";
import { caused } from "../../mixins/delivery/cause.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { type Happening, seen, type Usage, usage } from "./claim.ts";
import type { Claim, claims } from "./claims.contract.ts";
import { findClaim } from "./claims.store.ts";
import * as rules from "./decide.ts";
import { usedOf } from "./lines.store.ts";
import { happen } from "./told.actions.ts";

/** What people decide about a claim. */
export const decidingActions = page<typeof claims, [typeof database, typeof outbox]>()({
	review(ctx) {
		return decide(this, ctx, (claim) => rules.review(claim, scopeOf(ctx).actor));
	},
	approve(ctx) {
		const { id: _, ...terms } = ctx.params;
		const decided_by = scopeOf(ctx).actor;
		return decide(this, ctx, (claim, used) => rules.approve(claim, { ...terms, decided_by }, used));
	},
	reject(ctx) {
		const decision = { reason: ctx.params.reason, decided_by: scopeOf(ctx).actor };
		return decide(this, ctx, (claim) => rules.reject(claim, decision));
	},
	close(ctx) {
		return decide(this, ctx, (claim) => rules.close(claim, ctx.params.reason));
	},
});

type Rule = (claim: Claim, used: Usage) => Happening;

function decide(host: Host, ctx: Context<{ id: string }>, rule: Rule): Promise<Claim> {
	const { id } = ctx.params;
	const scope = scopeOf(ctx);
	return caused(
		host.db,
		ctx,
	)(async (tx) => {
		const claim = seen(scope, await findClaim(tx, id), id);
		const used = claim.purchase ? await usedOf(tx, claim.purchase) : usage(undefined);
		return happen(host, tx, claim, [{ ...rule(claim, used), actor: scope.actor }]);
	});
}
type Host = Parameters<typeof happen>[0] & { db: Database };
