import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import type { Letter } from "../../lib/letters.ts";
import { isRefusal } from "../../lib/refusal.ts";
import { type Projection, reporting } from "../reporting/reporting.contract.ts";

type Asker = Pick<Context, "call">;
const acting = () => ({ headers: asService("audit") });

/** How far the projections are. */
export const followers = async (ctx: Asker): Promise<readonly Projection[]> =>
	(await reporting.projections(ctx, {}, acting())).items;

/** Has a projection made again from nothing; answers once that has begun. */
export const rebuild = (ctx: Asker, projection: string): Promise<Projection> =>
	reporting.rebuild(ctx, { projection }, acting());

/** What is parked in a context; nothing when it is away. */
export const lettersIn = (ctx: Asker, context: string, limit: number) =>
	ctx
		.call<{ items: Letter[] }, object>(`${context}.deadLetters`, { limit }, acting())
		.then(({ items }) => items)
		.catch((error) => {
			if (isRefusal(error)) throw error;
			return undefined;
		});

export const redriveIn = (ctx: Asker, context: string, message_id: string) =>
	ctx.call<{ applied: number }, object>(`${context}.redriveLetter`, { message_id }, acting());

export const discardIn = (ctx: Asker, context: string, message_id: string, reason: string) =>
	ctx.call<void, object>(`${context}.discardLetter`, { message_id, reason }, acting());
