import { once } from "node:events";
import type { Server } from "node:http";

const IDLE_CHECK_MS = 50;

/**
 * Stops listening and lets what is in flight end. A client that keeps its socket would otherwise
 * keep the server for ever: idle ones are closed at once, the others when their time is over.
 */
export async function drain(server: Server, grace_ms: number): Promise<void> {
	if (!server.listening) return;
	const closed = once(server, "close");
	server.close();
	server.closeIdleConnections();
	const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
	const late = setTimeout(() => server.closeAllConnections(), grace_ms);
	await closed;
	clearInterval(idle);
	clearTimeout(late);
}
