import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { Nats } from "../../config/transporter.ts";
import { broker } from "../support/broker.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { shelf } from "../support/shelf.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);
const SCRIPT = join(import.meta.dirname, "../support/shelf-process.ts");
const NODES = ["shelf.1", "shelf.2"];
const AT_ONCE = 40;
const PAUSE_MS = 30; // about half of the clients are about to call, whenever it stops
const BUSY_MS = 600;

let server: NatsServer;
let caller: ServiceBroker;
const folder = mkdtempSync(join(tmpdir(), "comptoir-rolling-"));
const done = join(folder, "done");
const replicas = new Map<string, ChildProcess>();

async function start(node: string) {
	const args = ["--disable-warning=ExperimentalWarning", SCRIPT, node, server.url, done];
	const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
	replicas.set(node, child);
	await once(child.stdout as NodeJS.ReadableStream, "data");
	await until(() => nodesOf().includes(node));
}
/** A caller that is busy hears late who leaves, and calls before it has heard. */
function block(ms: number) {
	const end = performance.now() + ms;
	while (performance.now() < end);
}

/** Who the caller may call. */
const nodesOf = () =>
	caller.registry
		.getServiceList({ skipInternal: true, onlyAvailable: true })
		.map(({ nodeID }) => nodeID);

beforeAll(async () => {
	server = await natsServer();
	caller = broker([], { nodeID: "caller", transporter: new Nats(server.url) });
	await caller.start();
	await Promise.all(NODES.map(start));
});
afterAll(async () => {
	for (const child of replicas.values()) child.kill("SIGKILL");
	await caller.stop();
	await server.remove();
	rmSync(folder, { recursive: true, force: true });
});

test("HA-08 each replica is stopped in turn under load: no call fails, none is done twice, all that began is answered", async () => {
	const failed: unknown[] = [];
	const put = new Map<string, string>();
	const looks = new Map<string, number>();
	let isOver = false;
	let rounds = 0;
	let underWay = 0;
	const write = (name: string, ms: number) =>
		shelf.put(caller, { name, ms }).then(
			({ node }) => void put.set(name, node),
			(err) => void failed.push(err),
		);
	const work = async (client: number) => {
		for (let n = 0; !isOver; n++) {
			const name = `${client}-${n}`;
			underWay++;
			const ms = (client * 7 + n) % 60; // some are under way whenever it stops
			const reading = shelf.look(caller, {}).then(
				({ node }) => void looks.set(node, (looks.get(node) ?? 0) + 1),
				(err) => void failed.push(err),
			);
			await Promise.all([write(name, ms), reading]);
			underWay--;
			await sleep(PAUSE_MS);
		}
	};
	const working = Promise.all(Array.from({ length: AT_ONCE }, (_, client) => work(client)));
	for (const node of NODES) {
		const [before, child] = [put.size, replicas.get(node) as ChildProcess];
		await until(() => put.size > before + 200);
		expect(underWay).toBeGreaterThan(0);
		const exited = once(child, "exit");
		child.kill("SIGTERM");
		block(BUSY_MS);
		const late = Array.from({ length: AT_ONCE }, (_, n) => write(`late-${++rounds}-${n}`, 1));
		expect(await exited).toEqual([0, null]);
		await Promise.all(late);
		expect(nodesOf()).not.toContain(node);
		const alone = put.size;
		await until(() => put.size > alone + 50);
		await start(node);
	}
	isOver = true;
	await working;
	expect(failed).toEqual([]);
	const lines = readFileSync(done, "utf8").trim().split("\n");
	expect(lines.toSorted()).toEqual([...put.keys()].toSorted());
	expect([...looks.keys()].toSorted()).toEqual(NODES);
});
