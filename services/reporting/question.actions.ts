import type { Context } from "moleculer";
import { scopeOf } from "../../lib/scope.ts";
import { businessDate } from "../../lib/time.ts";
import type { Database, database } from "../../mixins/database.mixin.ts";
import type { Projector, projector } from "../../mixins/projector.mixin.ts";
import { locationNotFound } from "../stores/stores.contract.ts";
import { freshnessOf } from "./freshness.ts";
import { findPlace } from "./names.store.ts";
import { type Period, periodOf } from "./period.ts";
import { placeFor } from "./reach.ts";

/** What the actions of reports stand on. */
export type Mixins = [typeof database, ReturnType<typeof projector>];

export const today = (): string => businessDate(Date.now());

/** The place that is asked for, as far as the caller may see it; absent is everywhere. */
export async function placeOf({ db }: Host, ctx: Context<{ store?: string }>) {
	const { store } = ctx.params;
	const found = store === undefined ? undefined : await db.read((read) => findPlace(read, store));
	return placeFor(scopeOf(ctx), store, found, locationNotFound({ id: store ?? "" }));
}

/** The place and the days that are asked for. */
export async function asked(host: Host, ctx: Context<{ store?: string } & Partial<Period>>) {
	const { from, to } = ctx.params;
	const period = periodOf({ ...(from && { from }), ...(to && { to }) }, today());
	return { ...period, location_id: await placeOf(host, ctx) };
}

/** How old an answer made of these is. To be asked before what it is about is read. */
export const freshness = async ({ projector }: Pick<Projector, "projector">, ...names: string[]) =>
	freshnessOf(await projector.progress(), names);

interface Host {
	db: Database;
}
