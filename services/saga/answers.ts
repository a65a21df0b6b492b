import type { Context } from "moleculer";
import { answer, headersOf } from "../../lib/http.ts";
import { explain } from "../../lib/refusal.ts";
import type { Placed } from "../orders/orders.contract.ts";
import type { Begun } from "./begin.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { completed, isDeclared, refused } from "./outcome.ts";
import type { State } from "./state.ts";

type Schemas = Orchestrator["schemas"];
export const ALIAS_WAIT_MS = 10_000;
const STARTED = {
	fr: "Traitement de la commande démarré",
	en: "Order processing saga started successfully",
};

/** How long the caller is ready to wait, in ms. */
export const waitOf = (ctx: Context) => (headersOf(ctx).wait ?? 0) * 1_000;

/** 202 with the saga's address; or, to who waited, 201 with the order, or why there is none. */
export async function placed(
	ctx: Context,
	{ saga_id, ended }: Begun,
	schemas: Schemas,
	message = STARTED[headersOf(ctx).locale ?? "fr"],
): Promise<Placed> {
	const state = await ended;
	if (!state) {
		answer(ctx, { status: 202, location: `/api/v1/sagas/${saga_id}` });
		return { saga_id, status: "started", message };
	}
	if (state.status !== "COMPLETED") throw refused(state, schemas);
	answer(ctx, { status: 201, location: `/api/v1/orders/${state.input.order_id}` });
	return completed(state);
}

/** The fixed texts of `POST /api/saga/start`: what became of the sale, in a sentence. */
export async function told(ctx: Context, { saga_id, ended }: Begun, schemas: Schemas) {
	const state = await ended;
	if (!state) {
		answer(ctx, { status: 202, location: `/api/v1/sagas/${saga_id}` });
		return { message: STARTED.fr, saga_id };
	}
	const message = state.message ?? "";
	if (state.status === "COMPLETED") return { message, saga_id };
	answer(ctx, { status: (refused(state, schemas) as Error & { code: number }).code });
	const error = reason(state, schemas);
	return { message, saga_id, ...(error && { error: JSON.stringify({ message: error }) }) };
}

/** A refusal that the message only sums up is given whole. */
function reason({ error, message }: State, schemas: Schemas): string | undefined {
	if (!error || !isDeclared(error, schemas)) return undefined;
	const entry = [...schemas.values()]
		.flatMap(({ refusals = [] }) => refusals)
		.find(({ code }) => code === error.type);
	const text = entry && explain(entry, error.data ?? {}, "fr");
	return text === message || entry?.title?.fr !== message ? undefined : text;
}

export const STARTED_EN = STARTED.en;
