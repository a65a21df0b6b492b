import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { outboxes, waiting } from "../../../scripts/console/outbox.ts";
import { forMachines, forPeople } from "../../../scripts/mesh/log.ts";
import { optionsOf } from "../../../scripts/mesh/options.ts";
import { tableFor } from "../../../scripts/mesh/table.ts";

describe("one log stream", () => {
	test("a line of JSON stays one, with the process as a field", () => {
		const line = forMachines("inventory.1", '{"level":40,"msg":"low"}');
		expect(JSON.parse(line)).toEqual({ process: "inventory.1", level: 40, msg: "low" });
	});
	test.each(["plain", "{not json", "{}"])("what is none becomes one: %s", (text) => {
		expect(JSON.parse(forMachines("mesh", text))).toMatchObject({ process: "mesh", msg: text });
	});
	test("in a terminal the name stands in front, and the error's message behind", () => {
		const line = forPeople("saga.1", '{"level":50,"msg":"lost","err":{"message":"gone"}}');
		expect(line).toBe("saga.1       │ ERROR  lost  gone");
	});
});

test("columns are as wide as what is in them, and numbers stand to the right", () => {
	expect(
		tableFor(
			["context", "n"],
			[
				["saga", 12],
				["inventory", 3],
			],
		),
	).toBe("context     n\n─────────  ──\nsaga       12\ninventory   3");
});

describe("the outboxes, read from the pages of the processes", () => {
	const page = (pending: number, oldest: number) =>
		`# HELP outbox_pending x\noutbox_pending{context="orders"} ${pending}\noutbox_oldest_seconds{context="orders"} ${oldest}\n`;

	test("of replicas, what the worst sees counts", () => {
		expect(waiting([page(1, 0.5), page(3, 2)])).toEqual([
			{ context: "orders", pending: 3, oldest: 2 },
		]);
	});

	test("a process that does not answer is named", async () => {
		const server = createServer((_req, res) => res.end(page(2, 7)));
		await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
		const folder = mkdtempSync(join(tmpdir(), "comptoir-targets-"));
		const targets = join(folder, "targets.json");
		const at = (port: number) => [`127.0.0.1:${port}`];
		const { port } = server.address() as AddressInfo;
		const groups = [
			{ targets: at(port), labels: { process: "orders.1" } },
			{ targets: at(1), labels: { process: "saga.1" } },
		];
		writeFileSync(targets, JSON.stringify(groups));
		const shown = await outboxes({ targets });
		expect(shown).toMatch(/^orders +2 +7\.0 s$/m);
		expect(shown).toContain("No answer from: saga.1");
		server.close();
		rmSync(folder, { recursive: true });
	});
});

describe("what cannot be asked of npm run mesh is said", () => {
	test.each([
		[["--replicas", "inventory"], /inventory=3/],
		[["--port", "eighty"], /--port is "eighty"/],
		[["dance"], /There is no command dance/],
		[["--nonsense"], /nonsense/],
	])("%j", (args, why) => {
		expect(() => optionsOf(args)).toThrow(why);
	});
});
