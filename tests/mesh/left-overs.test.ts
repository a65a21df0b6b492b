import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { folderOf, writeWhole } from "../../scripts/mesh/folder.ts";
import { endLeftOvers } from "../../scripts/mesh/servers.ts";
import { findNatsServer, natsArguments } from "../../scripts/nats-server.ts";
import { freePort } from "../../scripts/port.ts";
import { until } from "../support/until.ts";

const data = mkdtempSync(join(tmpdir(), "comptoir-left-"));
const running: ChildProcess[] = [];
afterAll(() => {
	for (const child of running) child.kill("SIGKILL");
	rmSync(data, { recursive: true, force: true });
});

/** What a mesh that was killed has left in its folder. */
async function left(name: string) {
	const folder = folderOf(join(data, name));
	folder.make();
	mkdirSync(folder.nats);
	const child = spawn(findNatsServer(), natsArguments(await freePort(), folder.nats));
	running.push(child);
	await until(() => child.pid);
	return { folder, child };
}

test("D15 a mesh that was killed before it told of its servers has them ended by the next, and no other mesh's", async () => {
	const [mine, other] = [await left("mine"), await left("mine-too")];
	const said: string[] = [];
	await endLeftOvers(mine.folder, (text) => said.push(text));
	await until(() => mine.child.exitCode !== null || mine.child.signalCode !== null);
	expect(said).toEqual([expect.stringContaining(`process ${mine.child.pid}`)]);
	expect([other.child.exitCode, other.child.signalCode]).toEqual([null, null]);
});

test("D15 an id that it told of, and that is no server's by now, is left alone", async () => {
	const { folder } = await left("told");
	const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1_000)"]);
	running.push(bystander);
	const about = { pid: 0, namespace: "", nats_url: "", url: "" };
	writeWhole(folder.running, { ...about, servers: [bystander.pid] });
	const said: string[] = [];
	await endLeftOvers(folder, (text) => said.push(text));
	expect(said).toHaveLength(1); // its nats-server
	expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
});
