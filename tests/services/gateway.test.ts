import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { bearer, KEY, type Shop, shop } from "../support/gateway.ts";

let open: Shop;
beforeAll(async () => {
	open = await shop();
});
afterAll(() => open.broker.stop());

test("a product list", async () => {
	const heard = await open.ask("/api/v1/cups?limit=2", { headers: KEY });
	console.log(heard);
	console.log(await open.ask("/health"));
	console.log(await open.ask("/api/v1/cups"));
	console.log(await open.ask("/api/v1/failures/bug", { headers: KEY }));
	console.log(
		await open.ask("/api/v1/brews?wait=true", {
			method: "POST",
			headers: { ...bearer("customer.1"), "idempotency-key": "abcdefgh" },
			json: { cup_id: 1 },
		}),
	);
});
