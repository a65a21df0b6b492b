import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { folderOf } from "../../../scripts/mesh/folder.ts";
import { Members } from "../../../scripts/mesh/members.ts";
import { freePort } from "../../../scripts/port.ts";

test("HA-06 a scale that fails leaves nothing of what it has added", async () => {
	const data = mkdtempSync(join(tmpdir(), "comptoir-members-"));
	const folder = folderOf(data);
	folder.make();
	const ops_port = await freePort();
	const taken = createServer()
		.listen(ops_port + 1, "127.0.0.1")
		.on("error", () => {});
	const log = { say: () => {}, follow: () => {} };
	const members = new Members({ folder, log, ops_port, env: {}, isShared: true });

	await expect(members.scale("inventory", 2)).rejects.toThrow(/is in use/);
	expect(members.all).toEqual([]);
	expect(JSON.parse(readFileSync(folder.targets, "utf8"))).toEqual([]);
	taken.close();
	rmSync(data, { recursive: true, force: true });
});
