import { Client } from "pg";

/**
 * A database of this Jest worker's own, on the server of `url`; what an earlier test file has left
 * in it is gone. One run of Jest at a time on one server.
 */
export async function freshDatabase(url: string, name = ""): Promise<string> {
	const fresh = new URL(url);
	fresh.pathname = ["/comptoir_test", process.env.JEST_WORKER_ID, name].filter(Boolean).join("_");
	const database = fresh.pathname.slice(1);
	const server = new Client({ connectionString: url });
	await server.connect();
	try {
		await server.query(`drop database if exists ${database} with (force)`);
		await server.query(`create database ${database}`);
	} finally {
		await server.end();
	}
	return fresh.href;
}
