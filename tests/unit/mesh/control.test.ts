import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { command, listen } from "../../../scripts/mesh/control.ts";

test("D15 a terminal whose line breaks does not end the mesh, which goes on obeying", async () => {
	const folder = mkdtempSync(join(tmpdir(), "comptoir-control-"));
	const socket = join(folder, "control.sock");
	const lost: unknown[] = [];
	const note = (reason: unknown) => void lost.push(reason);
	process.on("unhandledRejection", note);
	const server = await listen(socket, async (words, say) => say(words.join(" ")));
	const broken = new Promise<void>((resolve) => {
		server.once("connection", (peer) => {
			peer.once("close", () => resolve());
			peer.destroy(new Error("read ECONNRESET"));
		});
	});
	connect(socket).on("error", () => {});
	await broken;

	const said: string[] = [];
	await command(socket, ["ps"], (text) => void said.push(text));
	expect([said, lost]).toEqual([["ps"], []]);
	process.off("unhandledRejection", note);
	server.close();
	rmSync(folder, { recursive: true, force: true });
});
