import type { AddressInfo } from "node:net";
import { expect, test } from "@jest/globals";
import type { ServiceSchema } from "moleculer";
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
