import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { type Client, client } from "../support/client.ts";
import { type Mesh, startMesh } from "../support/mesh.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { until } from "../support/until.ts";

jest.setTimeout(90_000);
const PATH = "/api/v1/categories";
const OTHER = "/api/v1/stores";
process.env.RETAIL_INSTANCE = "1"; // who restarts keeps its name, and calls to its former self are told

let server: NatsServer;
let mesh: Mesh;
let shop: Client;

beforeAll(async () => {
	server = await natsServer();
	mesh = await startMesh(server.url, [["gateway"], ["catalog"], ["identity", "stores"]]);
	shop = client(mesh.gateway);
	for (const path of [PATH, OTHER])
		await until(
			() => shop.get(path),
			({ status }) => status === 200,
			30_000,
		);
});
afterAll(async () => {
	await mesh.stop();
	await server.remove();
});

const timed = async (path: string) => {
	const asked = performance.now();
	const { status, headers } = await shop.get(path);
	return { status, headers, ms: performance.now() - asked };
};

test("HA-14 D13 a context is killed: callers hear 503 at once, others answer on, and it serves as soon as it is back", async () => {
	const catalog = mesh.processes.catalog;
	if (!catalog) throw new Error("The mesh has a catalogue");
	expect((await timed(PATH)).headers.get("x-served-by")).toMatch(/^catalog\./);
	await catalog.stop("SIGKILL");
	for (let n = 0; n < 5; n++) {
		const { status, headers, ms } = await timed(PATH);
		expect([status, headers.get("retry-after") !== null]).toEqual([503, true]);
		expect(ms).toBeLessThan(1_000); // without NATS' word for it: 2 s each, until heartbeats are missed
	}
	expect((await timed(OTHER)).status).toBe(200);

	mesh.processes.catalog = await catalog.restart("SIGKILL");
	const back = performance.now();
	await until(
		() => timed(PATH),
		({ status }) => status === 200,
	);
	expect(performance.now() - back).toBeLessThan(5_000);
});
