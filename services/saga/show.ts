import type { Context } from "moleculer";
import { scopeOf } from "../../lib/scope.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import type { Run } from "./journal.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { listSagas, passedBy } from "./reads.ts";
import { sagaNotFound } from "./saga.contract.ts";
import { brief, view } from "./view.ts";

type House = Pick<Orchestrator, "journal"> & { db: Database };

/** A saga that the caller may see: staff any, a customer its own; another's is not found. */
export async function own({ journal }: House, ctx: Context, saga_id: string): Promise<Run> {
	const { role, customer_id } = scopeOf(ctx);
	const run = await journal.load(saga_id);
	if (!run || (role === "customer" && run.head.customer_id !== customer_id))
		throw sagaNotFound({ id: saga_id });
	return run;
}

export async function show(house: House, ctx: Context, saga_id: string) {
	const run = await own(house, ctx, saga_id);
	return view(run, await house.db.read((read) => passedBy(read, saga_id)));
}

type Query = Omit<Parameters<typeof listSagas>[1], "customer_id">;

export async function page({ db }: House, ctx: Context, query: Query) {
	const { role, customer_id } = scopeOf(ctx);
	const mine = role === "customer" ? { customer_id: customer_id ?? "" } : {};
	const { runs, next_cursor } = await db.read((read) => listSagas(read, { ...query, ...mine }));
	return { items: runs.map((run) => brief(run)), ...(next_cursor && { next_cursor }) };
}
