import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { buy, settled } from "../support/buying.ts";
import { type Client, client } from "../support/client.ts";
import { type Mesh, startMesh } from "../support/mesh.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { until } from "../support/until.ts";

jest.setTimeout(90_000);

let server: NatsServer;
let mesh: Mesh;
let shop: Client;

beforeAll(async () => {
	server = await natsServer();
	mesh = await startMesh(server.url);
	shop = client(mesh.gateway);
	await mesh.whole();
});
afterAll(async () => {
	await mesh.stop();
	await server.remove();
});

test("CLM-14 in five processes an order completes, and inventory hears of it from orders in another", async () => {
	const [buyer, office] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("maison_mere"),
	]);
	const before = await settled(shop, office, 1);
	const { status, body } = await buy(shop, buyer);
	expect([status, body.status]).toEqual([201, "COMPLETED"]);
	expect(await settled(shop, office, 1)).toBe(before - 2);
});

test("CLM-14 D13 while nats-server is away facts wait; when it is back they are heard, and orders go on", async () => {
	const [buyer, office] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("maison_mere"),
	]);
	const before = await settled(shop, office, 1);
	const bought = await buy(shop, buyer);
	await server.kill();
	expect(bought.body.status).toBe("COMPLETED");
	server.wipe();
	await server.start();
	await until(
		() => shop.get("/api/v1/stock/1?location=online", { token: office }),
		({ status }) => status === 200, // calls made while links are down are lost, and time out
		60_000,
	);
	expect(await settled(shop, office, 1)).toBe(before - 2);
	const again = await buy(shop, buyer);
	expect(again.body.status).toBe("COMPLETED");
	expect(await settled(shop, office, 1)).toBe(before - 4);
});
