import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { NatsConnection } from "nats";
import { Link } from "../../mixins/delivery/jetstream/link.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { until } from "../support/until.ts";

let server: NatsServer;
beforeAll(async () => {
	server = await natsServer();
});
afterAll(() => server.remove());

test("G14 a connection that has given up for good is made anew, and who uses it is told", async () => {
	const came: NatsConnection[] = [];
	const link = new Link(server.url, () => {});
	link.use((nats) => void came.push(nats));
	await until(() => came.length === 1);
	await came[0]?.close();
	await until(() => came.length === 2);
	expect(link.nats).toBe(came[1]);
	await link.close();
	expect(came[1]?.isClosed()).toBe(true);
});
