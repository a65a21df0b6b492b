import { afterAll, beforeAll, describe } from "@jest/globals";
import type { Service, ServiceBroker, ServiceSchema } from "moleculer";
import type { Database } from "../../mixins/database.mixin.ts";
import { isPostgres } from "./dialect.ts";

interface Host {
	db: Database;
}

/** Tests of two replicas on one database: on SQLite a context has one process. */
export const shared = isPostgres ? describe : describe.skip;

/** Only here: it starts a nats-server, and hooks that would stop it do not run in a block that is skipped. */
const buses = isPostgres ? await import("./buses.ts") : undefined;

/** One of several replicas of these contexts, on one database and one JetStream. */
export function replica(services: ServiceSchema[], n: number): ServiceBroker {
	if (!buses) throw new Error("Replicas share a database: this one is one process's own");
	return buses.overJetStream(services, {}, { nodeID: `replica-${n}` });
}

/** Two replicas of these contexts, on one database and one JetStream, while the tests of a block run. */
export function twins(services: () => ServiceSchema[]) {
	const towns: ServiceBroker[] = [];
	beforeAll(async () => {
		for (const n of [1, 2]) towns.push(replica(services(), n));
		await Promise.all(towns.map((town) => town.start()));
	}, 60_000);
	afterAll(async () => {
		for (const town of towns) await town.stop();
	});
	const host = <T = object>(name: string, at: number) =>
		towns[at % 2]?.getLocalService(name) as unknown as Service & Host & T;
	return {
		/** One of the two, by turns. */
		town: (at: number) => towns[at % 2] as ServiceBroker,
		host,
		/** Does the same at both, at the same moment. */
		both: <T>(work: (town: ServiceBroker, at: number) => Promise<T>) =>
			Promise.all(towns.map(work)),
		/** Asks the one database that they have. */
		rows: <Row extends object = any>(
			name: string,
			sql: string,
			bind: Record<string, unknown> = {},
		) => host(name, 0).db.read((db) => db.query<Row>(sql, bind)),
	};
}
