import { appendFileSync, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import type { CallingOptions, Middleware } from "moleculer";
import { signed } from "../../config/identity.ts";

/** Why the command that is carried out was given. */
export const occasion: { reason?: string } = {};

/** Every call that leaves is signed as this administrator's, and is a line of the journal. */
export const operator = (actor: string, journal: string): Middleware => ({
	name: "Operator",
	call(next: Call) {
		return function asOperator(action: string, params: object, opts: CallingOptions = {}) {
			if (action.startsWith("$")) return next(action, params, opts);
			const { reason } = { ...occasion, ...(params as { reason?: string }) };
			note(journal, { actor, action, ...(reason && { reason }), to: opts.nodeID });
			const headers = { ...opts.headers, identity: signed({ actor, role: "admin" }) };
			return next(action, params, { ...opts, headers });
		} as never;
	},
});

/** What was asked, by whom and why; not with what: params may hold what nobody should read. */
export function note(journal: string, what: object): void {
	mkdirSync(dirname(journal), { recursive: true });
	const line = JSON.stringify({ time: new Date().toISOString(), ...what });
	appendFileSync(journal, `${line}\n`, { mode: 0o600 });
}

type Call = (action: string, params: object, opts: CallingOptions) => Promise<unknown>;
