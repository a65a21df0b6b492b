import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import { page } from "../../lib/service.ts";
import type { database } from "../../mixins/database.mixin.ts";
import { callOf } from "../../mixins/foreign.mixin.ts";
import { orders } from "../orders/orders.contract.ts";
import { sagas } from "../saga/saga.contract.ts";
import type { collector } from "./collector.store.ts";
import type { payments } from "./payments.contract.ts";
import { countUnowned, listUnowned, own, type Unowned } from "./payments.store.ts";
import type { till } from "./till.store.ts";

const ORPHAN_MS = 10 * 60_000; // ten times a saga's deadline

/** What nobody asks for, and must be done all the same. */
export const sweepActions = page<
	typeof payments,
	[typeof database, typeof till, typeof collector]
>()({
	async sweep(ctx) {
		const unowned = await this.db.read((db) => listUnowned(db, ORPHAN_MS));
		const { owned, orphans } = await toOwners(ctx, unowned);
		await this.db.write((tx) => own(tx, owned));
		await this.finishRefunds(ORPHAN_MS);
		for (const { key } of orphans) await this.takeBack(callOf(key, ctx));
		return { looked_at: unowned.length, refunded: orphans.length };
	},
	async orphans() {
		return { count: await this.db.read((db) => countUnowned(db, 2 * ORPHAN_MS)) };
	},
	async collect() {
		return { looked_at: await this.collect() };
	},
});

/** A payment is its order's if that order stands, and nobody's once its saga has ended, too. */
async function toOwners(ctx: Context, unowned: Unowned[]) {
	const order_ids = [...new Set(unowned.map(({ ref_id }) => ref_id))];
	const saga_ids = [...new Set(unowned.flatMap(({ saga_id }) => saga_id ?? []))];
	const acting = { headers: asService("payments") };
	const standing = await orders.standing(ctx, { order_ids }, acting);
	const live = await sagas.live(ctx, { saga_ids }, acting);
	const stands = ({ ref_id }: Unowned) => standing.order_ids.includes(ref_id);
	const isLive = ({ saga_id }: Unowned) => live.saga_ids.includes(saga_id ?? "");
	const orphans = unowned.filter((payment) => !stands(payment) && !isLive(payment));
	return { owned: unowned.filter(stands), orphans };
}
