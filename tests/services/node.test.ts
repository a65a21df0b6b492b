import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Service } from "moleculer";
import type { Database } from "../../mixins/database.mixin.ts";
import catalog from "../../services/catalog/catalog.service.ts";
import { faultsOf } from "../../services/node/faults.ts";
import { node } from "../../services/node/node.contract.ts";
import nodeService from "../../services/node/node.service.ts";
import stores from "../../services/stores/stores.service.ts";
import { as, broker } from "../support/broker.ts";

const town = broker([stores, catalog, nodeService]);
beforeAll(() => town.start());
afterAll(() => town.stop());

const databaseOf = (name: string) => (town.getLocalService(name) as Service & { db: Database }).db;
const health = () => node.health(town, {}, { ...as("admin"), nodeID: town.nodeID });

test("MON-02 HA-04 a node says of each of its contexts whether its own database answers", async () => {
	const up = { status: "up" };
	expect(await health()).toEqual({ ...up, contexts: { stores: up, catalog: up } });
});

test("MON-02 an operator and a context may ask it, nobody else", async () => {
	for (const role of ["guest", "customer", "store_manager", "head_office", "auditor"] as const)
		for (const ask of [node.health, node.drain])
			await expect(ask(town, {}, as(role))).rejects.toMatchObject({ type: "FORBIDDEN" });
});

test("MON-02 whoever is needed and nowhere in the mesh keeps a process from being ready", async () => {
	expect(await faultsOf(town, ["stores", "catalog"])).toEqual([]);
	expect(await faultsOf(town, ["inventory"])).toEqual([]);
	expect(await faultsOf(town, ["orders", "reporting"])).toEqual([
		"nobody offers customers",
		"nobody offers audit",
	]);
});

test("MON-02 a database that does not answer takes its own context down, and no other", async () => {
	const db = databaseOf("catalog");
	const { read } = db;
	db.read = () => Promise.reject(new Error("the connection is gone"));
	expect(await health()).toEqual({
		status: "down",
		contexts: { stores: { status: "up" }, catalog: { status: "down" } },
	});
	expect(await faultsOf(town, ["stores", "catalog"])).toEqual([
		"the database of catalog does not answer",
	]);
	db.read = read;
	expect(await faultsOf(town, ["stores", "catalog"])).toEqual([]);
});
