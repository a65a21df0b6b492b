import type { Socket } from "node:net";
import type { Sequelize, Transaction } from "sequelize";
import { LIMIT_MS } from "./unit.ts";

// A server that went without a word answers nothing, and nothing tells us: without these, what
// waits for it waits for a quarter of an hour.
const STATEMENT_MS = 90_000; // longer than any takes, but for migrations
const SILENT_MS = 10_000; // then the socket asks whether the other end is there

/** How long a server may say nothing: to who enters, and to who asks. */
export const silences = (connection_ms: number) => ({
	keepAlive: true,
	query_timeout: STATEMENT_MS,
	connectionTimeoutMillis: connection_ms,
});

/** Sequelize hands the driver no delay of `keepAlive`. */
export function keepAlive(sequelize: Sequelize): void {
	sequelize.addHook("afterConnect", (client) => {
		(client as Client).connection.stream.setKeepAlive(true, SILENT_MS);
	});
}

/** In a unit that may take long a statement may take as long: it makes an index, say. */
export async function patiently<T>(
	transaction: Transaction,
	limit_ms: number | undefined,
	work: () => Promise<T>,
): Promise<T> {
	const { connectionParameters } = (transaction as unknown as { connection: Client }).connection;
	connectionParameters.query_timeout = Math.max(STATEMENT_MS, (limit_ms ?? 0) + LIMIT_MS);
	try {
		return await work();
	} finally {
		connectionParameters.query_timeout = STATEMENT_MS;
	}
}

interface Client {
	connection: { stream: Socket };
	connectionParameters: { query_timeout: number };
}
