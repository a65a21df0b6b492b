import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Mesh } from "../../services/metrics/mesh.ts";
import { broker } from "../support/broker.ts";

const here = broker([{ name: "stores" }], { nodeID: "stores.1" });
beforeAll(() => here.start());
afterAll(() => here.stop());

/** What the mesh shows of `stores` and of its nodes. */
function shown(mesh: Mesh) {
	const { readings } = mesh.read();
	const value = (name: string, label: string) =>
		readings.find((one) => one.name === name && Object.values(one.labels ?? {})[0] === label)
			?.value;
	return [
		value("mesh_service_endpoints", "stores"),
		value("mesh_service_expected", "stores"),
		value("mesh_nodes", "down"),
	];
}
/** Another node with the same context, as the registry hears of it. */
const other = { id: "stores.2", available: true, services: [{ name: "stores" }] };
const registry = here.registry as unknown as {
	nodes: { add(id: string, node: object): void; disconnected(id: string): void };
};
const joins = (mesh: Mesh) => {
	registry.nodes.add(other.id, { ...other, disconnected() {} });
	mesh.joined(other);
};
const leaves = (mesh: Mesh, isUnexpected: boolean) => {
	registry.nodes.add(other.id, { ...other, available: false });
	mesh.left(other, isUnexpected);
};

test("HA-04 who has said goodbye is not expected any more, who is lost is, until it is back", () => {
	const mesh = new Mesh(here);
	expect(shown(mesh)).toEqual([1, 1, 0]);
	joins(mesh);
	expect(shown(mesh)).toEqual([2, 2, 0]);
	leaves(mesh, false);
	expect(shown(mesh)).toEqual([1, 1, 0]);
	joins(mesh);
	expect(shown(mesh)).toEqual([2, 2, 0]);
	leaves(mesh, true);
	expect(shown(mesh)).toEqual([1, 2, 1]);
	joins(mesh);
	expect(shown(mesh)).toEqual([2, 2, 0]);
});

test("HA-04 a context that is nowhere is shown as none, and expected", () => {
	const { readings } = new Mesh(here).read();
	const of = (name: string) =>
		readings.find((one) => one.name === name && one.labels?.service_name === "orders")?.value;
	expect([of("mesh_service_endpoints"), of("mesh_service_expected")]).toEqual([0, 1]);
});
