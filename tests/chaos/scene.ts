import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Postgres, startPostgres } from "../../scripts/postgres.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { type Books, booksInFiles, booksInPostgres } from "./books.ts";
import { type Fleet, startFleet } from "./fleet.ts";
import { type Outages, outages } from "./outages.ts";
import { type Tampering, toll } from "./toll.ts";

/** All that a run has started, and nothing else. */
export interface Scene {
	readonly server: NatsServer;
	readonly postgres: Postgres | undefined;
	readonly books: Books;
	readonly fleet: Fleet;
	readonly outages: Outages;
	readonly toll: ReturnType<typeof toll>;
	/** Ends the servers. */
	leave(): Promise<void>;
}

interface Asked extends Tampering {
	readonly seed: number;
	readonly database: "postgres" | "sqlite";
}

const SECRET = "a secret of this run, and of no other".padEnd(32);

/** A mesh on servers of its own, whole. On PostgreSQL each process is there twice. */
export async function raised({ seed, database, ...tampering }: Asked): Promise<Scene> {
	const data_dir = mkdtempSync(join(tmpdir(), "comptoir-chaos-"));
	const server = await natsServer();
	const postgres = database === "postgres" ? await startPostgres() : undefined;
	const books = postgres ? booksInPostgres(postgres.url, data_dir) : booksInFiles(data_dir);
	const away = outages();
	const tampered = toll(data_dir, seed, tampering);
	const leave = async () => {
		await books.close();
		await postgres?.stop();
		await server.remove();
	};
	const env = {
		...tampered.env,
		...(postgres && { RETAIL_DATABASE_URL: postgres.url }),
		RETAIL_NATS_URL: server.url,
		RETAIL_NAMESPACE: `chaos-${process.pid}`,
		RETAIL_MESH_SECRET: SECRET,
		RETAIL_JWT_SECRET: SECRET,
	};
	try {
		const replicas = postgres ? 2 : 1;
		const fleet = await startFleet({ data_dir, env, replicas, outages: away });
		await fleet.whole();
		return { server, postgres, books, fleet, outages: away, toll: tampered, leave };
	} catch (error) {
		await leave();
		throw error;
	}
}
