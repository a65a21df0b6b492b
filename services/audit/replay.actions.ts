import type { Context } from "moleculer";
import { newId } from "../../lib/ids.ts";
import { isRefusal } from "../../lib/refusal.ts";
import { scopeOf } from "../../lib/scope.ts";
import { type Mixin, page } from "../../lib/service.ts";
import type { Database, database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import type { participant } from "../../mixins/participant.mixin.ts";
import { audit, type ReplayJob, replayNotFound, unknownTarget } from "./audit.contract.ts";
import { ends } from "./event.store.ts";
import { followers, rebuild } from "./neighbours.ts";
import * as store from "./replay.store.ts";
import { isDone, rangeOf, replayed } from "./replay.ts";

/** A projection made again: a job that is written down, then begun, then watched. */
export const replayActions = page<
	typeof audit,
	[typeof database, typeof outbox, typeof participant]
>()({
	async replay(ctx) {
		const { target } = ctx.params;
		const known = await followers(ctx);
		if (!known.some(({ name }) => name === target)) throw unknownTarget({ name: target });
		const { position: head } = await this.db.read(ends);
		const asked = await this.once(ctx, async (tx) => {
			const job: ReplayJob = {
				id: newId("rpy"),
				target,
				...rangeOf(ctx.params, head),
				status: "PENDING",
				requested_by: scopeOf(ctx).actor,
				requested_at: new Date().toISOString(),
			};
			await store.addJob(tx, job);
			await this.announce(tx, audit.replay_asked(factOf(job)));
			return job;
		});
		const job = (await this.db.read((db) => store.findJob(db, asked.id))) ?? asked;
		return replayed(job.status === "PENDING" ? await begun(this, ctx, job) : job);
	},

	async replayStatus(ctx) {
		const { job: id } = ctx.params;
		const job = await this.db.read((db) => store.findJob(db, id));
		if (!job) throw replayNotFound({ id });
		if (job.finished_at) return replayed(job);
		const found = (await followers(ctx)).find(({ name }) => name === job.target);
		return replayed(found && isDone(job, found) ? await closed(this, job) : job, found);
	},

	async continueReplays(ctx) {
		const jobs = await this.db.read(store.listOpen);
		const known = jobs.length > 0 ? await followers(ctx) : [];
		let open = 0;
		for (const job of jobs) {
			const found = known.find(({ name }) => name === job.target);
			const moved =
				job.status === "PENDING"
					? await begun(this, ctx, job)
					: found && isDone(job, found)
						? await closed(this, job)
						: job;
			if (!moved.finished_at) open++;
		}
		return { open };
	},
});

type Host = { db: Database } & (typeof outbox extends Mixin<infer Adds> ? Adds : never);

const factOf = ({ id: job_id, target, from_seq, to_seq }: ReplayJob) => ({
	job_id,
	target,
	from_seq,
	to_seq,
});

/** Asked again after an outage: a rebuild that is asked for twice gives the same projection. */
async function begun({ db, logger }: Host & { logger: Logger }, ctx: Context, job: ReplayJob) {
	try {
		await rebuild(ctx, job.target);
		return move(db, job, { status: "RUNNING" });
	} catch (error) {
		if (isRefusal(error)) {
			const finished_at = new Date().toISOString();
			return move(db, job, { status: "FAILED", error: error.message, finished_at });
		}
		logger.warn("a replay waits for its projection", { error, job: job.id });
		return job;
	}
}
interface Logger {
	warn(text: string, details: object): void;
}

const move = async (db: Database, job: ReplayJob, changes: Partial<ReplayJob>) => {
	await db.write((tx) => store.moveJob(tx, job, changes));
	return { ...job, ...changes };
};

async function closed(host: Host, job: ReplayJob): Promise<ReplayJob> {
	const changes = { status: "DONE" as const, finished_at: new Date().toISOString() };
	await host.db.write(async (tx) => {
		if (await store.moveJob(tx, job, changes)) await host.announce(tx, audit.replayed(factOf(job)));
	});
	return { ...job, ...changes };
}
