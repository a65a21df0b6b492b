import { Redis } from "ioredis";
import { env } from "./env.ts";

const CONNECT_MS = 2_000;
const SILENCE_MS = 2_000; // only while an answer is due: of who vanishes, TCP says so after a quarter of an hour
const RETRY_MS_MAX = 2_000;

/**
 * A connection to Redis, or undefined where none is set. Nothing waits for it: a command fails at
 * once while Redis is away, and the connection comes back by itself. Whoever asked for it closes it.
 */
export function redis(): Redis | undefined {
	if (!env.redis_url) return undefined;
	const connection = new Redis(env.redis_url, {
		connectTimeout: CONNECT_MS,
		socketTimeout: SILENCE_MS,
		enableOfflineQueue: false,
		maxRetriesPerRequest: 0,
		retryStrategy: (attempt) => Math.min(attempt * 100, RETRY_MS_MAX),
	});
	connection.on("error", () => {}); // each command that fails says so to its caller
	return connection;
}
