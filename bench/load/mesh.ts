import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../../scripts/port.ts";
import { memoryOf } from "../orders.ts";
import type { Target } from "./target.ts";

const MESH = join(import.meta.dirname, "../../scripts/mesh.ts");

/** `npm run mesh` with these arguments, on a folder and ports of its own. */
export async function mesh(asked: readonly string[]): Promise<Target> {
	const folder = mkdtempSync(join(tmpdir(), "comptoir-load-"));
	chmodSync(folder, 0o711); // PostgreSQL does not run as root: where root starts it, it is another who passes
	const ports = ["--port", "--metrics-port", "--ops-port"].map(async (option) => [
		option,
		String(await freePort()),
	]);
	const args = [...(await Promise.all(ports)).flat(), "--data", folder, ...asked];
	const child = spawn(process.execPath, [MESH, ...args], {
		stdio: ["ignore", "pipe", "inherit"],
		env: { ...process.env, RETAIL_ACCESS_LOG: "off" },
	});
	const stop = async () => {
		if (child.exitCode === null) {
			child.kill("SIGTERM");
			await once(child, "exit");
		}
		rmSync(folder, { recursive: true, force: true });
	};
	const url = await ready(child).catch(async (error) => {
		await stop();
		throw error;
	});
	const memory = () => below(child.pid as number).reduce((sum, pid) => sum + heldBy(pid), 0);
	return { url, name: ["mesh", ...asked].join(" "), memory, stop };
}

/** Connections to PostgreSQL are processes, too, and end when nobody needs them. */
function heldBy(pid: number): number {
	try {
		return memoryOf({ pid });
	} catch {
		return 0;
	}
}

function ready(child: ChildProcess): Promise<string> {
	let said = "";
	return new Promise((resolve, reject) => {
		child.once("exit", () => reject(new Error(`The mesh did not start:\n${said}`)));
		child.stdout?.on("data", (text: Buffer) => {
			said += text;
			const [, url] = /ready at (http:[^\s"]+)/.exec(said) ?? [];
			if (url) resolve(url);
		});
	});
}

/** The supervisor's processes, the servers it started among them, as the kernel lists them. */
function below(root: number): number[] {
	const parents = globSync("/proc/[0-9]*/stat").flatMap((file) => {
		try {
			const stat = readFileSync(file, "utf8");
			const [, parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			return [[Number(stat.slice(0, stat.indexOf(" "))), Number(parent)] as const];
		} catch {
			return []; // it has ended meanwhile
		}
	});
	const found = [root];
	for (const one of found)
		found.push(...parents.filter(([, parent]) => parent === one).map(([pid]) => pid));
	return found;
}
