import { once } from "node:events";
import type { Server, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 50;

export interface Patience {
	/** For so long everybody is still served, and told to go elsewhere. */
	readonly lead_ms?: number;
	/** For so long after that, what is in flight may end. */
	readonly grace_ms?: number;
}

/**
 * Stops listening and lets what is in flight end. A client that keeps its socket would otherwise
 * keep the server for ever: idle ones are closed at once, the others when their time is over. It is
 * then over for everybody: a socket that never spoke HTTP is one of which the server knows nothing.
 */
export async function drain(server: Server, { lead_ms = 0, grace_ms = 0 }: Patience) {
	if (!server.listening) return;
	await sleep(lead_ms);
	const closed = once(server, "close");
	server.close();
	const idle = setInterval(() => server.closeIdleConnections(), LOOK_MS);
	const late = setTimeout(() => server.closeAllConnections(), grace_ms);
	const patience = new AbortController();
	const over = sleep(grace_ms + LOOK_MS, undefined, { signal: patience.signal }).catch(() => {});
	await Promise.race([closed, over]);
	patience.abort();
	clearInterval(idle);
	clearTimeout(late);
}

/** Its next request needs another socket: this one may be closed by the time it is sent. */
export function askToGo(res: ServerResponse): void {
	if (!res.headersSent) res.setHeader("Connection", "close");
}
