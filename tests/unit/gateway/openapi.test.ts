import { expect, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { contracts } from "../../../scripts/contracts.ts";
import { documentOf } from "../../../services/gateway/openapi.ts";
import { tableOf } from "../../../services/gateway/routes.ts";

const actions = (await contracts()).flatMap(({ actions: own }) => [...own.values()]);
const list = actions.map(({ action, schema }) => ({ name: action, action: schema }));
const registry = { getActionList: () => list };
const table = tableOf({ registry } as unknown as ServiceBroker, []);
const { paths } = documentOf(table) as { paths: Record<string, Record<string, any>> };
const operations = Object.entries(paths).flatMap(([path, methods]) =>
	Object.entries(methods).map(([method, one]) => ({ path, method, ...one })),
);
const answersTo = (method: string, path: string) => paths[path]?.[method].responses;

test("DOC-01 each operation has a name of its own, a summary, and the parameters of its path", () => {
	expect(table.conflicts).toEqual([]);
	expect(new Set(operations.map((one) => one.operationId)).size).toBe(operations.length);
	for (const { path, summary, operationId, parameters } of operations) {
		expect([path, summary === operationId]).toEqual([path, false]);
		const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
		const described = parameters.filter((one: any) => one.in === "path");
		expect(described.map((one: any) => one.name).sort()).toEqual(named.sort());
		const places = parameters.map((one: any) => `${one.in} ${one.name}`);
		expect([path, new Set(places).size]).toEqual([path, places.length]);
	}
});

test("DOC-01 what starts a saga says that it answers 201 or 202, and where to look", () => {
	for (const [method, path] of [
		["post", "/api/v1/orders"],
		["post", "/api/v1/sagas/orders"],
		["post", "/api/v1/orders/{id}/cancel"],
		["post", "/api/v1/carts/{cart_id}/checkout"],
	] as const) {
		const said = answersTo(method, path);
		expect(Object.keys(said)).toEqual(expect.arrayContaining(["201", "202", "default"]));
		expect([path, said["200"]]).toEqual([path, undefined]);
		expect(said["202"].headers.Location).toBeDefined();
	}
	expect(Object.keys(answersTo("post", "/api/v1/carts"))).toEqual(
		expect.arrayContaining(["200", "201"]),
	);
});

test('DOC-01 a "no" in the shape of the action stands beside the problem document', () => {
	const said = answersTo("post", "/api/saga/start");
	expect(Object.keys(said)).toEqual(expect.arrayContaining(["200", "202", "402", "503"]));
	const shapes = ["application/json", "application/problem+json"];
	expect(Object.keys(said["409"].content)).toEqual(shapes);
});

test("DOC-01 what is answered as a table says so", () => {
	const report = answersTo("get", "/api/v1/reports/sales")["200"].content;
	expect(Object.keys(report)).toEqual(["application/json", "text/csv"]);
});
