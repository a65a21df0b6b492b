import { afterAll, afterEach, beforeAll, expect, jest, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { connect, DebugEvents } from "nats";
import { natsOptions } from "../../config/nats.ts";
import { Nats } from "../../config/transporter.ts";
import { broker } from "../support/broker.ts";
import { client } from "../support/client.ts";
import { startMesh } from "../support/mesh.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { startProduct } from "../support/product.ts";
import { until } from "../support/until.ts";

jest.setTimeout(90_000);

/** A user who may not hear the answers to its calls. */
const DEAF = `authorization { users: [
	{ user: deaf, password: "a secret@", permissions: { subscribe: { deny: "MOL-comptoir.RES.>" } } }
] }`;

let server: NatsServer;
let node: ServiceBroker | undefined;
afterEach(async () => {
	await node?.stop();
	node = undefined;
});
beforeAll(async () => {
	server = await natsServer(DEAF);
});
afterAll(() => server.remove());

test("CLM-14 a subscription that the server refuses ends the process, which would hear nothing", async () => {
	const url = `nats://deaf:a%20secret%40@127.0.0.1:${server.port}`;
	node = broker([], { nodeID: "deaf.1", transporter: new Nats(url) });
	const said: string[] = [];
	node.fatal = (why: string) => void said.push(why);
	await node.start();
	await until(() => said.some((why) => /NATS refuses the subscription MOL-.*RES/.test(why)));
});

test("CLM-14 D13 a process starts and serves while NATS is away, joins the mesh when it is there, and stops without it", async () => {
	const later = await natsServer();
	await later.kill();
	const mesh = await startMesh(later.url, [["gateway"], ["catalog"]]);
	const door = client(mesh.gateway);
	expect((await door.get("/health/live")).status).toBe(200);
	expect((await door.get("/health/ready")).status).toBe(503);
	await later.start();
	await until(
		() => door.get("/health/catalog"),
		({ status }) => status === 200,
		30_000,
	);
	await later.kill();
	const stopping = performance.now();
	await mesh.stop();
	expect(performance.now() - stopping).toBeLessThan(12_000);
	expect(Object.values(mesh.processes).map((one) => one.exitCode())).toEqual([0, 0]);
	await later.remove();
});

test("D13 who is refused by NATS for a while comes back once it is let in", async () => {
	const knows = (password: string) =>
		`authorization { users: [{ user: anna, password: "${password}" }] }`;
	const guarded = await natsServer(knows("old"));
	const nats = await connect(natsOptions(guarded.url.replace("//", "//anna:old@")));
	let tries = 0;
	void (async () => {
		for await (const { type } of nats.status()) if (type === DebugEvents.Reconnecting) tries++;
	})();
	await guarded.kill();
	await guarded.start(knows("new"));
	tries = 0;
	await until(() => nats.isClosed() || tries >= 4);
	await guarded.kill();
	await guarded.start(knows("old"));
	await until(() =>
		nats.rtt().then(
			() => true,
			() => false,
		),
	);
	await nats.close();
	await guarded.remove();
});

test("SAG-25 processes of a mesh share a folder, but no context of it: the second says so and ends", async () => {
	const free = await natsServer();
	const mesh = await startMesh(free.url, [["gateway"], ["catalog"]]);
	const { data_dir } = mesh.gateway;
	const second = startProduct({ data_dir, contexts: ["catalog"], env: mesh.env });
	await expect(second).rejects.toThrow(/another Comptoir works in it on catalog/);
	await expect(startProduct({ data_dir })).rejects.toThrow(/another Comptoir works in it/);
	await mesh.stop();
	await free.remove();
});
