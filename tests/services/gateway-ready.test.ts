import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import type { ServiceSchema } from "moleculer";
import { arrive } from "../../config/presence.ts";
import gatewayService from "../../services/gateway/gateway.service.ts";
import { broker } from "../support/broker.ts";
import { ask, identityStub, KEY, teaService } from "../support/gateway.ts";
import { until } from "../support/until.ts";

/** A context that takes as long to start as the test wants. */
function slow() {
	const { promise, resolve } = Promise.withResolvers<void>();
	return {
		schema: { name: "slow", started: () => promise } satisfies ServiceSchema,
		ready: resolve,
	};
}

test("GTW-15 it is not ready before every context of its process has its routes", async () => {
	const late = slow();
	const made = broker([identityStub, teaService, late.schema, gatewayService]);
	const starting = made.start();
	const { server } = made.getLocalService("gateway") as unknown as { server: any };
	const port = await until(() => (server.address() as AddressInfo | null)?.port ?? 0);
	await until(
		() => ask(port, "/health/live"),
		({ status }) => status === 200,
	);

	expect(await ask(port, "/health/ready")).toMatchObject({
		...{ status: 503, body: { status: "down" } },
		headers: { "retry-after": "5" },
	});
	late.ready();
	await starting;
	await until(
		() => ask(port, "/health/ready"),
		({ status }) => status === 200,
	);
	expect((await ask(port, "/api/v1/cups", { headers: KEY })).status).toBe(200);
	await made.stop();
});

test("GTW-15 its own pages and actions do not make it ready: there is nobody to pass a request to", async () => {
	const made = broker([gatewayService]);
	await made.start();
	const { server } = made.getLocalService("gateway") as unknown as { server: any };
	const { port } = server.address() as AddressInfo;
	expect(await ask(port, "/health/ready")).toMatchObject({ status: 503 });
	expect(await ask(port, "/health/live")).toMatchObject({ status: 200 });
	await made.stop();
});

test("HA-08 a gateway listens once it has heard who is in the mesh: its first answer knows the routes", async () => {
	const transporter = "Fake";
	const others = broker([identityStub, teaService], { transporter, nodeID: "tea.1" });
	const made = broker([gatewayService], { transporter, nodeID: "gateway.1" });
	const { server } = made.getLocalService("gateway") as unknown as { server: any };
	// Moleculer has waited, and nobody was there: they have as much to do as we.
	const coming = new Promise<void>((come) =>
		made.localBus.once("$transporter.connected", () =>
			come(others.start().then(() => arrive(others))),
		),
	);
	const starting = made.start();
	const port = await until(() => (server.address() as AddressInfo | null)?.port ?? 0);
	expect(await ask(port, "/api/v1/cups", { headers: KEY })).toMatchObject({ status: 200 });
	await Promise.all([coming, starting]);
	await made.stop();
	await others.stop();
});
