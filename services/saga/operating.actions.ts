import { page } from "../../lib/service.ts";
import type { database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { obey } from "./obey.ts";
import type { orchestrator } from "./orchestrator.ts";
import type { sagas } from "./saga.contract.ts";
import { show } from "./show.ts";

/** An operator's words; each is a transition of its own, and safe to repeat. */
export const operatingActions = page<
	typeof sagas,
	[typeof database, typeof outbox, typeof orchestrator]
>()({
	async retry(ctx) {
		await obey(this, ctx, { op: "retry" });
		return show(this, ctx, ctx.params.saga_id);
	},

	async retryStep(ctx) {
		const { step, params } = ctx.params;
		await obey(this, ctx, { op: "retryStep", step, ...(params && { params }) });
		return show(this, ctx, ctx.params.saga_id);
	},

	async skip(ctx) {
		const { step, outcome, evidence } = ctx.params;
		await obey(this, ctx, { op: "skip", step, outcome, evidence });
		return show(this, ctx, ctx.params.saga_id);
	},

	async cancel(ctx) {
		await obey(this, ctx, { op: "cancel" });
		return show(this, ctx, ctx.params.saga_id);
	},

	async compensate(ctx) {
		await obey(this, ctx, { op: "cancel" });
		return show(this, ctx, ctx.params.saga_id);
	},

	async pause(ctx) {
		await obey(this, ctx, { op: "pause" });
		return show(this, ctx, ctx.params.saga_id);
	},

	async resume(ctx) {
		await obey(this, ctx, { op: "resume" });
		return show(this, ctx, ctx.params.saga_id);
	},
});
