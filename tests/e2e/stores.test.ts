import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { type Client, client, once } from "../support/client.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";

patience(60_000);

let product: Product;
let shop: Client;
let [office, admin, manager, logistics] = ["", "", "", ""];

beforeAll(async () => {
	product = await startProduct();
	shop = client(product);
	[office, admin, manager, logistics] = await Promise.all([
		shop.login("maison_mere"),
		shop.login("admin", "admin"),
		shop.login("gerant_1"),
		shop.login("logistique"),
	]);
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

const typed = async (type: string) =>
	(await shop.get(`/api/v1/locations?type=${type}`)).body.items.map(({ id }: any) => id);

test("STO-01 STO-09 GET /stores lists five stores: Montréal Centre, Québec, Sherbrooke, Trois-Rivières, Gatineau", async () => {
	const { status, body } = await shop.get("/api/v1/stores");
	expect(status).toBe(200);
	const byId = body.items.toSorted((a: any, b: any) => Number(a.id) - Number(b.id));
	expect(byId.map(({ id, name_fr }: any) => [id, name_fr])).toEqual([
		["1", "Montréal Centre"],
		["2", "Québec"],
		["3", "Sherbrooke"],
		["4", "Trois-Rivières"],
		["5", "Gatineau"],
	]);
});

test("STO-02 STO-03 STO-04 one logistics centre, one head office, one online shop with a stock of its own", async () => {
	expect(await typed("logistics_centre")).toEqual(["logistics"]);
	expect(await typed("head_office")).toEqual(["head_office"]);
	expect(await typed("online")).toEqual(["online"]);
	for (const location of ["online", "logistics"]) {
		const { body } = await shop.get(`/api/v1/stock?location=${location}&limit=1`, { token: admin });
		expect(body.items).toMatchObject([{ location_id: location }]);
	}
});

test("STO-05 a location is found by its id, code, alias, or alias without accents and in any case", async () => {
	for (const name of ["1", "MTL", "Magasin 1", "magasin 1", "MAGASIN 1"]) {
		const { status, body } = await shop.get(`/api/v1/locations/${encodeURIComponent(name)}`);
		expect([name, status, body.id]).toEqual([name, 200, "1"]);
	}
	const none = await shop.get("/api/v1/locations/Magasin%209");
	expect([none.status, none.body.code]).toEqual([404, "LOCATION_NOT_FOUND"]);
});

test("STO-06 STO-09 head office opens a location, changes it, and closes it: closed, nothing is sold there any more", async () => {
	const body = { code: "LAV", name_fr: "Laval", aliases: ["Magasin 6"] };
	const made = await shop.post("/api/v1/stores", { token: office, body });
	expect([made.status, made.body]).toMatchObject([
		201,
		{ ...body, type: "store", status: "active" },
	]);
	const path = `/api/v1/locations/${made.body.id}`;
	expect((await shop.get("/api/v1/stores/Magasin%206")).body.id).toBe(made.body.id);
	const changed = await shop.patch(path, { token: office, body: { district: "Chomedey" } });
	expect(changed.body).toMatchObject({ district: "Chomedey", version: 2 });

	const taken = await shop.post("/api/v1/locations", {
		token: office,
		body: { code: "LVL", name_fr: "Laval 2", aliases: ["magasin 6"] },
	});
	expect([taken.status, taken.body.code]).toEqual([409, "LOCATION_NAME_TAKEN"]);

	expect((await shop.del(path, { token: office })).body.status).toBe("archived");
	const listed = (await shop.get("/api/v1/stores")).body.items.map(({ id }: any) => id);
	expect(listed).not.toContain(made.body.id);
	const buyer = await shop.login("user@example.com", "password");
	const cart = [{ location: "Magasin 6", product_id: 1, quantity: 1 }];
	const sold = await shop.post("/api/saga/start", { token: buyer, body: { user: "John", cart } });
	expect([sold.status, sold.body.code]).toEqual([422, "LOCATION_NOT_FOUND"]);
	expect((await shop.get(path)).body.status).toBe("archived");
});

test("STO-06 AUT-20 only head office writes locations", async () => {
	const body = { code: "NOP", name_fr: "Non" };
	for (const token of [admin, manager, logistics]) {
		expect((await shop.post("/api/v1/locations", { token, body })).status).toBe(403);
		expect(
			(await shop.patch("/api/v1/locations/1", { token, body: { name_fr: "X" } })).status,
		).toBe(403);
		expect((await shop.del("/api/v1/locations/1", { token })).status).toBe(403);
	}
	expect((await shop.post("/api/v1/stores", { body })).status).toBe(401);
	expect((await shop.get("/api/v1/locations/1")).body.name_fr).toBe("Montréal Centre");
});

const level = async (product_id: number, location: string) =>
	(await shop.get(`/api/v1/stock/${product_id}?location=${location}`, { token: admin })).body
		.levels[0];

test("INV-02 INV-13 GET /stock lists levels by location and product, and those below their minimum", async () => {
	const one = await shop.get("/api/v1/stock?location=Magasin%203&product=33", { token: admin });
	expect(one.body.items).toMatchObject([
		{ id: "3:33", location_id: "3", product_id: "33", quantity: 3, on_hand: 3, reserved: 0 },
	]);
	const low = await shop.get("/api/v1/stock?below_min=true&limit=200", { token: admin });
	const ids = low.body.items.map(({ id }: any) => id);
	expect(ids).toEqual(expect.arrayContaining(["1:2", "3:33"]));
	expect(low.body.items.every(({ on_hand, min_qty }: any) => on_hand < min_qty)).toBe(true);
});

test("INV-14 PUT /stock/{product_id} sets what is free to sell; the very next read shows it, and the ledger says who and why", async () => {
	const body = { location: "Magasin 1", quantity: 17, reason: "Inventaire annuel" };
	const set = await shop.put("/api/v1/stock/6", { token: manager, body });
	expect([set.status, set.body]).toMatchObject([
		200,
		{ location_id: "1", on_hand: 17, quantity: 17 },
	]);
	expect((await level(6, "1")).on_hand).toBe(17);
	const { body: ledger } = await shop.get("/api/v1/stock/6/movements?location=1&limit=1", {
		token: admin,
	});
	expect(ledger.items).toMatchObject([{ reason: "Inventaire annuel", actor_id: "gerant_1" }]);
	expect(
		(await shop.put("/api/v1/stock/6", { token: manager, body: { ...body, quantity: -1 } })).status,
	).toBe(422);
});

test("INV-11 quantities are added with a reason, once for a key; what would go below zero is refused with what is available", async () => {
	const before = (await level(11, "logistics")).on_hand;
	const headers = once();
	const add = {
		location: "logistics",
		product_id: 11,
		delta: 40,
		type: "receipt",
		reason: "Palette",
	};
	const post = (body: object, key = once()) =>
		shop.post("/api/v1/stock/adjustments", { token: logistics, headers: key, body });
	const [first, again] = [await post(add, headers), await post(add, headers)];
	expect([first.status, again.status]).toEqual([201, 201]);
	expect(first.body.on_hand).toBe(before + 40);
	expect((await level(11, "logistics")).on_hand).toBe(before + 40);
	const other = await post({ ...add, delta: 41 }, headers);
	expect([other.status, other.body.code]).toEqual([409, "IDEMPOTENCY_KEY_REUSED"]);

	const short = await post({ ...add, delta: -100_000, type: "loss" });
	expect([short.status, short.body.code]).toEqual([409, "OUT_OF_STOCK"]);
	expect(short.body.message).toBe(`Stock insuffisant (${before + 40} disponibles).`);
	const bare = await shop.post("/api/v1/stock/adjustments", { token: logistics, body: add });
	expect(bare.body.code).toBe("IDEMPOTENCY_KEY_REQUIRED");
});

test("INV-22 the number in Stock insuffisant is what is available, in either language", async () => {
	const buyer = await shop.login("user@example.com", "password");
	const { on_hand } = await level(13, "2");
	const ask = (language: string) =>
		shop.post("/api/v1/orders?wait=true", {
			token: buyer,
			headers: { ...once(), "Accept-Language": language },
			body: { products: [{ product_id: 13, quantity: on_hand + 1, location: "Magasin 2" }] },
		});
	expect((await ask("fr")).body.message).toBe(`Stock insuffisant (${on_hand} disponibles).`);
	expect((await ask("en")).body.message).toBe(`Not enough stock (${on_hand} available).`);
});

test("INV-06 INV-21 demo alerts: out at Magasin 1, low at 3, over at 5; a limit crossed raises one, its recovery resolves it", async () => {
	const alerts = async (location: string, id: string) =>
		(
			await shop.get(`/api/v1/stock/alerts?location=${location}&product=${id}`, { token: admin })
		).body.items.map(({ kind, status }: any) => [kind, status]);
	expect(await alerts("1", "2")).toEqual([["out", "OPEN"]]);
	expect(await alerts("3", "33")).toEqual([["low", "OPEN"]]);
	expect(await alerts("5", "49")).toEqual([["over", "OPEN"]]);
	const set = (quantity: number) =>
		shop.put("/api/v1/stock/2", {
			token: manager,
			body: { location: "1", quantity, reason: "Arrivage" },
		});
	await set(20);
	expect(await alerts("1", "2")).toEqual([]);
	await set(2);
	expect(await alerts("1", "2")).toEqual([["low", "OPEN"]]);
});
