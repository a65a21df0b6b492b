import type { Context } from "moleculer";
import { isTheirs, ownOf, scopeOf } from "../../lib/scope.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import type { Run } from "./journal.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { listSagas, passedBy } from "./reads.ts";
import { sagaNotFound } from "./saga.contract.ts";
import { brief, view } from "./view.ts";

type Host = Pick<Orchestrator, "journal"> & { db: Database };

/** A saga that the caller may see: staff any, a customer its own; another's is not found. */
export async function own({ journal }: Host, ctx: Context, saga_id: string): Promise<Run> {
	const run = await journal.load(saga_id);
	if (!run || !isTheirs(scopeOf(ctx), run.head.customer_id)) throw sagaNotFound({ id: saga_id });
	return run;
}

export async function show(host: Host, ctx: Context, saga_id: string) {
	const run = await own(host, ctx, saga_id);
	return view(run, await host.db.read((read) => passedBy(read, saga_id)));
}

type Query = Omit<Parameters<typeof listSagas>[1], "customer_id">;

export async function page({ db }: Host, ctx: Context, query: Query) {
	const asked = { ...query, ...ownOf(scopeOf(ctx)) };
	const { runs, ...page } = await db.read((read) => listSagas(read, asked));
	return { ...page, items: runs.map((run) => brief(run)) };
}
