import { once } from "node:events";
import { request } from "node:http";
import { connect } from "node:net";
import { expect, test } from "@jest/globals";
import { gateway as config } from "../../config/gateway.ts";
import { identity } from "../../services/identity/identity.contract.ts";
import { shop, teaService } from "../support/gateway.ts";
import { counted } from "../support/page.ts";
import { stub } from "../support/stub.ts";
import { until } from "../support/until.ts";

/** Knows everybody, once it is told to answer. */
function heldIdentity() {
	const held = Promise.withResolvers<void>();
	const seen = { asked: 0 };
	const schema = stub(identity, {
		async verifyKey() {
			seen.asked++;
			await held.promise;
			return { key_id: "k9", consumer: "hasty", scopes: ["customer"], quota_minute: 1_000 };
		},
	});
	return { schema, seen, answer: held.resolve };
}

test("GTW-07 clients that leave before it is known who they are take up no room", async () => {
	const { schema, seen, answer } = heldIdentity();
	const open = await shop([schema, teaService]);
	const gateway = open.broker.getLocalService("gateway") as any;
	const headers = { "x-api-key": "hasty-key" };
	const options = { port: open.port, path: "/api/v1/cups", headers };
	const count = config.in_flight.consumer;
	const leavers = Array.from({ length: count }, () =>
		request(options)
			.on("error", () => {})
			.end(),
	);
	await until(() => seen.asked === count);
	for (const leaver of leavers) leaver.destroy();
	await until(async () => (await counted("http_server_active_requests")) === 0);
	answer();
	await until(() => gateway._trackedContexts.length === 0);

	expect(gateway.admission.size).toBe(0);
	expect(await open.ask("/api/v1/cups", { headers })).toMatchObject({ status: 200 });
	await open.broker.stop();
});

test("GTW-15 a tunnel is refused and closed, though its client keeps its side open: a stop need not wait for it", async () => {
	const open = await shop();
	const socket = connect({ port: open.port, host: "127.0.0.1", allowHalfOpen: true });
	let heard = "";
	socket.on("data", (chunk) => {
		heard += chunk;
	});
	socket.write("CONNECT somewhere:443 HTTP/1.1\r\nHost: somewhere:443\r\n\r\n");
	await once(socket, "end");
	expect(heard).toMatch(/^HTTP\/1\.1 405 /);
	await open.broker.stop(); // else not before the twenty seconds of a drain
	socket.destroy();
});
