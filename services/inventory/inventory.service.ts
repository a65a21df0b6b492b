import type { Context } from "moleculer";
import { OPENED_AT, openings } from "../../config/demo/inventory.ts";
import type { Fact } from "../../lib/fact.ts";
import { headersOf } from "../../lib/http.ts";
import { newId } from "../../lib/ids.ts";
import { scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { expectVersion } from "../../lib/version.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { every } from "../../mixins/every.mixin.ts";
import { inbox } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { participant } from "../../mixins/participant.mixin.ts";
import { productNotFound, unknownProduct } from "../catalog/catalog.contract.ts";
import { acknowledge, addOpenings, findAlert } from "./alerts.store.ts";
import { choreographed } from "./choreographed.reactions.ts";
import { claimReturns } from "./claim-returns.reactions.ts";
import { forSale } from "./for-sale.ts";
import { holdReactions } from "./holds.reactions.ts";
import { holders, overdue } from "./holds.store.ts";
import { alertNotFound, inventory } from "./inventory.contract.ts";
import { refuseShortage } from "./inventory.store.ts";
import * as lists from "./lists.store.ts";
import { locationReactions } from "./locations.reactions.ts";
import { endedOtherwise, seen, seenOne, shelfOf } from "./neighbours.ts";
import { anywhere, LOGISTICS_CENTRE, refuseForeign } from "./reach.ts";
import { adjustment, asked, byShelf, limitsOf, setting, summed } from "./stock.ts";
import * as unit from "./units.store.ts";

const SWEEP_MS = 60_000; // a hold outlives its end by a minute at most
const COMPARE_MS = 3_600_000;
const openShop = (tx: Tx) => addOpenings(tx, openings, OPENED_AT);
const sweep = (ctx: Pick<Context, "call">, _: object, options: object) =>
	inventory.expire(ctx, { at: new Date().toISOString() }, options);
const recurring = [every(SWEEP_MS, sweep), every(COMPARE_MS, inventory.reconcile)];

export default service(inventory, {
	mixins: [database, outbox, inbox, participant, demo(openShop), ...recurring],

	actions: {
		...letterActions,
		async list(ctx) {
			const view = await seen(ctx, ctx.params);
			return this.db.read((db) => lists.pageOfLevels(db, view, ctx.params));
		},
		async listLogisticsCentre(ctx) {
			const view = { ...(await seen(ctx, ctx.params)), locations: [LOGISTICS_CENTRE] };
			return this.db.read((db) => lists.pageOfLevels(db, view, ctx.params));
		},
		async get(ctx) {
			const view = await seenOne(ctx);
			return summed(ctx.params.product_id, await this.db.read((db) => lists.levelsOf(db, view)));
		},
		async availability({ params: { product_id } }) {
			const levels = await this.db.read((db) => lists.levelsOf(db, anywhere(product_id)));
			return forSale(product_id, levels);
		},
		async movements(ctx) {
			const view = await seenOne(ctx);
			return this.db.read((db) => lists.pageOfMovements(db, view, ctx.params));
		},
		async alerts(ctx) {
			const view = await seen(ctx, ctx.params);
			return this.db.read((db) => lists.pageOfAlerts(db, view, ctx.params));
		},

		async setLevel(ctx) {
			const { quantity, reason } = ctx.params;
			const shelf = await shelfOf(ctx, this.db, productNotFound);
			const why = { reason, id: newId("adj") };
			return this.db.write((tx) =>
				unit.adjust(by(ctx, this, tx), shelf, (level) => {
					expectVersion(ctx, level);
					return setting(level, quantity, why);
				}),
			);
		},
		async adjust(ctx) {
			const { delta, type, reason } = ctx.params;
			const shelf = await shelfOf(ctx, this.db, unknownProduct);
			const why = { type, reason, id: newId("adj") };
			return this.once(ctx, (tx) =>
				unit.adjust(by(ctx, this, tx), shelf, (level) => adjustment(level, delta, why)),
			);
		},
		async setLimits(ctx) {
			const limits = limitsOf(ctx.params);
			const shelf = await shelfOf(ctx, this.db, productNotFound);
			return this.db.write((tx) =>
				unit.limit(by(ctx, this, tx), shelf, (level) => {
					expectVersion(ctx, level);
					return limits;
				}),
			);
		},
		acknowledgeAlert(ctx) {
			const { id } = ctx.params;
			return this.db.write(async (tx) => {
				const alert = await findAlert(tx, id);
				refuseForeign(scopeOf(ctx), alert.location_id, alertNotFound({ id }));
				return acknowledge(tx, alert);
			});
		},
		async reconcile(ctx) {
			const { drift, ...found } = await this.db.read(lists.drifts);
			const ownerless = await endedOtherwise(ctx, await this.db.read(holders));
			const reply = { ...found, drift: drift + ownerless.length, ownerless };
			if (reply.drift > 0) this.logger.error("stock drifts from its ledger", reply);
			return reply;
		},

		async check(ctx) {
			await this.db.read((db) => refuseShortage(db, asked(ctx.params.lines)));
		},
		reserve(ctx) {
			const hold = { ...ctx.params, lines: byShelf(ctx.params.lines) };
			return this.once(ctx, (tx) => unit.hold(by(ctx, this, tx), hold)).catch(unit.conflict);
		},
		release(ctx) {
			const { owner_id } = ctx.params;
			return this.undo(ctx, (tx) => unit.release(by(ctx, this, tx), owner_id));
		},
		restore(ctx) {
			return this.once(ctx, (tx) => unit.restore(by(ctx, this, tx), ctx.params.owner_id));
		},
		async expire(ctx) {
			const at = new Date(ctx.params.at).toISOString();
			const owners = await this.db.read((db) => overdue(db, at));
			for (const owner of owners)
				await this.db.write((tx) => unit.end(by(ctx, this, tx), owner, "EXPIRED"));
			return { expired: owners.length };
		},
	},

	events: { ...holdReactions, ...choreographed, ...claimReturns, ...locationReactions },
});

/** The unit of work of a caller. */
const by = (ctx: Context, { announce }: Announcer, tx: Tx): unit.Unit => ({
	tx,
	actor: scopeOf(ctx).actor,
	isInSaga: headersOf(ctx).saga_id !== undefined,
	announce: (fact) => announce(tx, fact, ctx),
});
type Announcer = { announce(tx: Tx, fact: Fact, cause: Context): Promise<void> };
