import { reaches, type Scope } from "../../lib/scope.ts";

const NOWHERE = "-";

/** The place that a report is limited to: a manager's own, or the one that is asked for. */
export function placeFor(
	scope: Scope,
	asked: string | undefined,
	found: string | undefined,
	notFound: Error,
): string | undefined {
	const own = scope.role === "store_manager" ? (scope.location_id ?? NOWHERE) : undefined;
	if (asked === undefined) return own;
	if (found === undefined || !reaches(scope, found)) throw notFound;
	return found;
}
