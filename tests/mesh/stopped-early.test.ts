import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, jest, test } from "@jest/globals";
import { freePort } from "../../scripts/port.ts";
import { until } from "../support/until.ts";

jest.setTimeout(90_000);

const ROOT = join(import.meta.dirname, "../..");
const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
const folders: string[] = [];
afterAll(() => {
	for (const data of folders) rmSync(data, { recursive: true, force: true });
});

/** Runs a mesh, tells it to stop once it has printed that, and answers how it ended. */
async function stoppedAt(text: string) {
	const data = mkdtempSync(join(tmpdir(), "comptoir-early-"));
	folders.push(data);
	const ports = ["--port", "--metrics-port", "--ops-port"];
	const options = await Promise.all(ports.map(async (name) => [name, String(await freePort())]));
	const env = { PATH, HOME, NODE_COMPILE_CACHE, RETAIL_DATA_DIR: data, RETAIL_LOG_LEVEL: "info" };
	const words = ["scripts/mesh.ts", "--contexts", "inventory,gateway", ...options.flat()];
	const mesh = spawn(process.execPath, words, { cwd: ROOT, env });
	let printed = "";
	for (const stream of [mesh.stdout, mesh.stderr])
		stream.on("data", (chunk: Buffer) => {
			printed += chunk;
		});
	await until(() => printed.includes(text) || mesh.exitCode !== null, Boolean, 60_000);
	mesh.kill("SIGTERM");
	await until(() => mesh.exitCode !== null, Boolean, 60_000);
	const { stdout } = spawnSync("ps", ["axeww"], { encoding: "utf8" });
	const left = stdout.split("\n").filter((line) => line.includes(data));
	return { code: mesh.exitCode, printed, left };
}

test("D15 a mesh that is told to stop while its servers start leaves no context behind", async () => {
	const { code, printed, left } = await stoppedAt("nats-server is there");
	expect({ code, left }).toEqual({ code: 0, left: [] });
	expect(printed).toContain("SIGTERM: stopping");
});

test("D15 a mesh that is told to stop while its contexts start leaves no gateway behind", async () => {
	const { code, left } = await stoppedAt('"process":"inventory.1"');
	expect({ code, left }).toEqual({ code: 0, left: [] });
});
