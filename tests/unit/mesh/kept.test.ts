import { expect, test } from "@jest/globals";
import { Kept, type Running } from "../../../scripts/mesh/kept.ts";

/** Processes that end when they are told to, and what has been started of them. */
function processes() {
	let started = 0;
	const start = async (): Promise<Running> => {
		const { promise: ended, resolve } = Promise.withResolvers<string>();
		return { pid: ++started, ended, signal: resolve };
	};
	const kept = new Kept("inventory.1", start, () => {});
	return { kept, started: () => started };
}

test("D15 a restart that a stop of the mesh overtakes starts nothing", async () => {
	const { kept, started } = processes();
	await kept.start();
	const restarting = kept.restart();
	kept.end();
	await kept.stop();
	await expect(restarting).rejects.toThrow("The mesh is stopping");
	await expect(kept.start()).rejects.toThrow("The mesh is stopping");
	expect([started(), kept.state, kept.pid]).toEqual([1, "stopped", undefined]);
});

test("D15 what is told to end while it starts has ended when its stop says so", async () => {
	const { kept, started } = processes();
	const starting = kept.start();
	kept.end();
	await kept.stop();
	await starting;
	expect([started(), kept.state, kept.pid]).toEqual([1, "stopped", undefined]);
});
