import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import { whole } from "../../../scripts/mesh/whole.ts";

test("HA-08 a gateway that does not answer is asked again, and not waited for", async () => {
	let asked = 0;
	const server = createServer((_, res) => {
		if (++asked > 1) res.end(JSON.stringify({ contexts: { inventory: "up" } }));
	});
	await once(server.listen(0, "127.0.0.1"), "listening");
	const { port } = server.address() as AddressInfo;
	await whole(`http://127.0.0.1:${port}`, new Set(["inventory"]), 1);
	expect(asked).toBe(3);
	server.closeAllConnections();
	server.close();
});
