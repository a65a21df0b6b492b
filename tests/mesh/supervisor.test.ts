import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { Agent, get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { command } from "../../scripts/mesh/control.ts";
import { folderOf } from "../../scripts/mesh/folder.ts";
import { freePort } from "../../scripts/port.ts";
import { until } from "../support/until.ts";

jest.setTimeout(90_000);

const ROOT = join(import.meta.dirname, "../..");
const KEY = "pos-test-automation-dev-key-2025";
const data = mkdtempSync(join(tmpdir(), "comptoir-supervised-"));
const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
const ENV = { PATH, HOME, NODE_COMPILE_CACHE, RETAIL_ACCESS_LOG: "off" };
const FEW = "identity,stores,catalog,inventory,gateway";

let supervisor: ChildProcess;
let printed = "";
let url = "";

const node = (script: string, ...args: string[]) => [
	"--disable-warning=ExperimentalWarning",
	join("scripts", script),
	"--data",
	data,
	...args,
];
/** A command from another terminal: what it prints, and its code. */
function ask(script: string, ...args: string[]) {
	const { status, stdout, stderr } = spawnSync(process.execPath, node(script, ...args), {
		...{ cwd: ROOT, env: ENV, encoding: "utf8" },
	});
	return { status, stdout, stderr };
}
/** The same without a process of its own, where only the answer matters. */
async function tell(...words: string[]) {
	const said: string[] = [];
	await command(folderOf(data).socket, words, (text) => said.push(text));
	return said.join("\n");
}
async function pidOf(name: string) {
	const lines = (await tell("ps")).split("\n");
	const line = lines.find((one) => one.startsWith(`${name} `));
	return Number(/(?:ready|starting) +\d+ s +(\d+)/.exec(line ?? "")?.[1]);
}
const says = (text: string | RegExp) => until(() => printed.match(text) !== null, Boolean, 60_000);
const isAlive = (pid: number) => spawnSync("kill", ["-0", String(pid)]).status === 0;

beforeAll(async () => {
	const [http, metrics, ops] = [await freePort(), await freePort(), await freePort()];
	url = `http://127.0.0.1:${http}`;
	const ports = ["--port", http, "--metrics-port", metrics, "--ops-port", ops].map(String);
	const args = node("mesh.ts", "--contexts", FEW, ...ports);
	supervisor = spawn(process.execPath, args, { cwd: ROOT, env: ENV });
	for (const stream of [supervisor.stdout, supervisor.stderr])
		stream?.on("data", (chunk: Buffer) => {
			printed += chunk;
		});
	supervisor.once("exit", () => {
		printed += "supervisor has ended";
	});
	await says(/ready at .* s|supervisor has ended/);
});
afterAll(async () => {
	if (supervisor.exitCode === null) {
		supervisor.kill("SIGTERM");
		await says("supervisor has ended");
	}
	rmSync(data, { recursive: true, force: true });
});

/** One after the other on each of a few sockets that are kept, as browsers and balancers keep them. */
function load(): () => Promise<Record<string, number>> {
	const agent = new Agent({ keepAlive: true, maxSockets: 4 });
	const outcomes: Record<string, number> = {};
	let isOver = false;
	const one = () =>
		new Promise<void>((done) => {
			const count = (what: string) => {
				outcomes[what] = (outcomes[what] ?? 0) + 1;
				setImmediate(done);
			};
			const headers = { "X-API-Key": KEY };
			get(`${url}/api/v1/products?limit=2`, { agent, headers }, (res) => {
				res.resume().once("end", () => count(String(res.statusCode)));
			}).once("error", (error) => count(error.message));
		});
	const all = Array.from({ length: 4 }, async () => {
		while (!isOver) await one();
	});
	return async () => {
		isOver = true;
		await Promise.all(all);
		agent.destroy();
		return outcomes;
	};
}

test("DEP-03 DEP-09 one command starts the contexts that it names, and its log is JSON with the process in it", async () => {
	const lines = printed.trim().split("\n");
	expect(lines.map((line) => JSON.parse(line).process)).toContain("mesh");
	expect(await tell("ps")).toMatch(/^inventory\.1 +ready/m);
	const processes = JSON.parse(readFileSync(join(data, "mesh/targets.json"), "utf8"));
	expect(processes.map(({ labels }: { labels: object }) => labels)).toEqual([
		{ process: "identity.1" },
		{ process: "inventory.1" },
		{ process: "gateway.1" },
		{ process: "gateway.2" },
	]);
	expect(statSync(join(data, "mesh/secret")).mode & 0o777).toBe(0o600);
});

test("HA-03 a process that is killed comes back under its name, and serves", async () => {
	const pid = await pidOf("inventory.1");
	process.kill(pid, "SIGKILL");
	await says("inventory.1 is back");
	expect(await pidOf("inventory.1")).not.toBe(pid);
	expect(ask("repl.ts", "stock 1").stdout).toMatch(/product 1: \d+ on hand/);
});

test("HA-06 a context on SQLite is not scaled, and the reason is said; gateways are", async () => {
	const refused = ask("mesh.ts", "scale", "inventory", "2");
	expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining("SQLite file")]);
	expect(await tell("scale", "gateway", "3")).toContain("gateway.1, gateway.2, gateway.3");
	expect(await tell("scale", "gateway", "2")).toContain("2 processes: gateway.1, gateway.2");
});

test("HA-08 gateways are restarted one after the other under load, and no request fails", async () => {
	const end = load();
	await tell("restart", "gateway");
	const outcomes = await end();
	expect(Object.keys(outcomes)).toEqual(["200"]);
	expect(outcomes["200"]).toBeGreaterThan(20);
});

test("HA-05 GTW-15 who was being handed to a gateway that is killed hears of it, and is not kept waiting", async () => {
	const pid = await pidOf("gateway.2");
	process.kill(pid, "SIGSTOP"); // it takes what it is handed, and reads none of it
	const ends: string[] = [];
	for (let n = 0; n < 6; n++)
		get(`${url}/health/live`, { agent: false }, (res) => {
			res.resume().once("end", () => void ends.push(String(res.statusCode)));
		}).once("error", ({ message }) => void ends.push(message));
	await until(() => ends.length >= 5);
	expect(ends).toEqual(Array(5).fill("200"));
	process.kill(pid, "SIGKILL");
	await until(() => ends.length === 6);
	expect(ends.at(-1)).toMatch(/hang up|ECONNRESET/);
	await says("gateway.2 is back");
});

test("the console changes nothing without a reason, and its calls are written down", async () => {
	const silent = ask("repl.ts", "drain inventory.1");
	expect([silent.status, silent.stderr]).toEqual([1, expect.stringContaining("--reason")]);
	const drained = ask("repl.ts", 'drain inventory.1 --reason "a new disk"');
	expect(drained.stdout).toContain("inventory.1 has finished");
	expect(readFileSync(join(data, "mesh/console.log"), "utf8")).toMatch(/"drain".*a new disk/);
	expect(await tell("ps")).toMatch(/^inventory\.1 +stopped/m);
});

test("a second mesh on the folder is refused; stop ends all that was started, in order", async () => {
	const second = ask("mesh.ts", "--port", "1");
	expect([second.status, second.stderr]).toEqual([1, expect.stringContaining("A mesh runs on")]);
	const { servers } = JSON.parse(readFileSync(join(data, "mesh/running.json"), "utf8"));
	const pids = [...servers, await pidOf("identity.1"), await pidOf("gateway.1")];
	expect(pids.map(isAlive)).toEqual(pids.map(() => true));
	expect(ask("mesh.ts", "stop").status).toBe(0);
	await says("supervisor has ended");
	expect([supervisor.exitCode, ...pids.map(isAlive)]).toEqual([0, ...pids.map(() => false)]);
	expect(printed.lastIndexOf('gateway.1","level":30')).toBeLessThan(
		printed.lastIndexOf('identity.1","level":30'),
	);
});
