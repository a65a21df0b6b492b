import { createHash } from "node:crypto";
import type { ActionSchema } from "../../lib/contract.ts";
import { claimRefund } from "../../sagas/claim-refund.choreography.ts";
import { orderCancellation } from "../../sagas/order-cancellation.saga.ts";
import { orderChoreographed } from "../../sagas/order-choreographed.choreography.ts";
import { orderProcessing } from "../../sagas/order-processing.saga.ts";
import type { Choreography } from "../../sagas/reaction.ts";
import type { Saga } from "../../sagas/saga.ts";

/** Every definition that may run: an old version stays here until none of its sagas lives. */
export const DEFINITIONS: readonly Saga[] = [orderProcessing, orderCancellation];

/** What nobody drives, and this service only watches. */
export const CHOREOGRAPHIES: readonly Choreography[] = [claimRefund, orderChoreographed];

/** A definition as data, without its functions. */
export const graphOf = ({ steps }: Saga) =>
	steps.map(({ name, kind, action, undo, params: _, ...options }) => ({
		name,
		kind,
		action: action.action,
		...(undo && { undo: { name: undo.name, action: undo.action.action } }),
		...options,
	}));

/** Changes with anything that a running saga could notice. */
export function hashOf(saga: Saga): string {
	const sources = saga.steps.map(({ params, undo }) => [String(params), String(undo?.params)]);
	const said = JSON.stringify([graphOf(saga), saga.deadline_ms, sources]);
	return createHash("sha256").update(said).digest("base64url");
}

/** The same for what is only watched. */
export const digestOf = (of: Choreography): string =>
	createHash("sha256").update(JSON.stringify(of)).digest("base64url");

export const byVersion = <D extends { name: string; version: number }>(
	definitions: readonly D[],
) => {
	const known = new Map(definitions.map((saga) => [`${saga.name}@${saga.version}`, saga]));
	return ({ name, version }: { name: string; version: number }) => known.get(`${name}@${version}`);
};

/** What each action called by a saga declares, by its name on the wire. */
export const schemasOf = (definitions: readonly Saga[]): Map<string, ActionSchema> =>
	new Map(
		definitions
			.flatMap(({ steps }) => steps)
			.flatMap(({ action, undo }) => (undo ? [action, undo.action] : [action]))
			.map(({ action, schema }) => [action, schema]),
	);
