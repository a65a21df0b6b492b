import { page } from "../../lib/service.ts";
import type { database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { diagram } from "../../sagas/diagram.ts";
import { flow } from "../../sagas/flow.ts";
import { CHOREOGRAPHIES, DEFINITIONS, digestOf, graphOf } from "./definitions.ts";
import type { orchestrator } from "./orchestrator.ts";
import { countSagas, endedOf, liveByVersion, liveOf } from "./reads.ts";
import type { SagaView, sagas } from "./saga.contract.ts";
import { own, page as pageOf, show } from "./show.ts";

/** What may be seen of sagas: staff see all, a customer its own. */
export const readingActions = page<
	typeof sagas,
	[typeof database, typeof outbox, typeof orchestrator]
>()({
	get(ctx) {
		return show(this, ctx, ctx.params.saga_id);
	},

	async status(ctx) {
		const { head, state } = await own(this, ctx, ctx.params.saga_id);
		return { saga_id: head.saga_id, status: state.state as SagaView["status"] };
	},

	list(ctx) {
		return pageOf(this, ctx, ctx.params);
	},

	active(ctx) {
		return pageOf(this, ctx, { ...ctx.params, active: true });
	},

	metrics() {
		return this.db.read(countSagas);
	},

	async definitions() {
		const live = await this.db.read(liveByVersion);
		const driven = DEFINITIONS.map((saga) => ({
			kind: "orchestrated" as const,
			name: saga.name,
			version: saga.version,
			hash: this.hashes.get(saga) ?? "",
			live: live.get(`${saga.name}@${saga.version}`) ?? 0,
			steps: graphOf(saga),
			diagram: diagram(saga),
		}));
		const watched = CHOREOGRAPHIES.map((of) => ({
			kind: "choreographed" as const,
			name: of.name,
			version: of.version,
			hash: digestOf(of),
			live: live.get(`${of.name}@${of.version}`) ?? 0,
			steps: [...of.reactions],
			diagram: flow(of),
		}));
		return { items: [...driven, ...watched] };
	},

	async ended(ctx) {
		const { order_ids } = ctx.params;
		if (order_ids.length === 0) return { items: [] };
		return { items: await this.db.read((read) => endedOf(read, order_ids)) };
	},

	async live(ctx) {
		const { saga_ids } = ctx.params;
		if (saga_ids.length === 0) return { saga_ids };
		return { saga_ids: await this.db.read((read) => liveOf(read, saga_ids)) };
	},
});
