import type { Context } from "moleculer";
import { traceparentFrom } from "../../config/tracing.ts";
import type { Recorded } from "../../lib/fact.ts";
import { headersOf } from "../../lib/http.ts";
import { scopeOf } from "../../lib/scope.ts";
import { placeIn } from "../../lib/trace.ts";
import type { Database, Tx } from "../database.mixin.ts";

/** What a fact comes from: the call that is being answered, or the fact that is being heard. */
export type Cause = Partial<Pick<Context, "id" | "requestID" | "locals" | "headers">> | Recorded;

type Headers = Recorded["headers"];

/** Read when something is announced: until then nobody knows the span that it belongs to. */
const causes = new WeakMap<Tx, () => Headers>();

/** From here on, what this unit announces comes from that. */
export function because(tx: Tx, cause: Cause): Tx {
	causes.set(tx, () => headersFrom(cause));
	return tx;
}

/** The same for what another unit has left to be done, with the headers that it kept. */
export const resume = (tx: Tx, headers: Headers): void => void causes.set(tx, () => headers);

/** Units of work of one call, all of whose facts come from it. */
export type Units = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
export const caused =
	(db: Database, cause: Cause): Units =>
	(work) =>
		db.write((tx) => {
			because(tx, cause);
			return work(tx);
		});

/** The headers of a fact that is announced now. */
export const causeOf = (tx: Tx, cause?: Cause): Headers =>
	cause ? headersFrom(cause) : (causes.get(tx)?.() ?? {});

function headersFrom(cause: Cause): Headers {
	if ("message_id" in cause) {
		const { message_id, headers } = cause;
		const own = { ...headers, causation_id: message_id };
		const traceparent = traceparentFrom(cause) ?? headers.traceparent;
		return strings({ correlation_id: message_id, ...own, traceparent });
	}
	const { id, requestID, locals, headers = {} } = cause;
	const { actor, role, location_id } = scopeOf({ locals: locals ?? {} });
	return strings({
		correlation_id: requestID ?? id,
		causation_id: headersOf({ headers }).saga_id ?? id,
		actor,
		actor_role: role,
		actor_location_id: location_id,
		traceparent: traceparentFrom(cause) ?? keptIn(headersOf({ headers }).traceparent),
	});
}

/** Of traces that are not kept, facts need not know. */
const keptIn = (traceparent?: string) =>
	placeIn(traceparent)?.is_sampled ? traceparent : undefined;

const strings = (headers: Record<string, string | null | undefined>): Headers =>
	Object.fromEntries(
		Object.entries(headers).filter((entry): entry is [string, string] => !!entry[1]),
	);
