import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { arrive, leave } from "../../config/presence.ts";
import { Nats } from "../../config/transporter.ts";
import { broker } from "../support/broker.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";

let server: NatsServer;
let caller: ServiceBroker;
let comer: ServiceBroker;
const thing = { name: "thing", actions: { look: () => "seen" } };

beforeAll(async () => {
	server = await natsServer();
	caller = broker([], { nodeID: "caller", transporter: new Nats(server.url) });
	comer = broker([thing], { nodeID: "comer", transporter: new Nats(server.url) });
	await caller.start();
});
afterAll(async () => {
	await comer.stop();
	await caller.stop();
	await server.remove();
});

const offers = () => caller.registry.getActionList({ onlyAvailable: true, skipInternal: true });

test("HA-08 who says that it is ready is known to all by then; who has left is called by nobody", async () => {
	await comer.start();
	await arrive(comer);
	expect(offers().map(({ name }) => name)).toEqual(["thing.look"]);
	await leave(comer);
	expect(offers()).toEqual([]);
});
