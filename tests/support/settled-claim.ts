import { buy } from "./buying.ts";
import { client, until } from "./client.ts";

const LIMIT_MS = 60_000;

/** A customer buys, complains, is given half of it back; answers once the claim is closed. */
export async function settleClaim(url: string): Promise<void> {
	const shop = client({ url });
	const buyer = await shop.login("user@example.com", "password");
	const office = await shop.login("maison_mere");
	const { body: order } = await buy(shop, buyer, {
		body: { products: [{ product_id: 5, quantity: 2 }] },
	});
	const { body: claim } = await shop.post("/api/v1/claims", {
		token: buyer,
		body: {
			...{ claim_type: "wrong_item", description: "Pas la bonne couleur" },
			...{ product_id: "5", order_id: order.order_id },
		},
	});
	await shop.post(`/api/v1/claims/${claim.id}/review`, { token: office });
	const body = { disposition: "restock" };
	await shop.post(`/api/v1/claims/${claim.id}/approve`, { token: office, body });
	await until(
		() => shop.get(`/api/v1/claims/${claim.id}`, { token: buyer }),
		({ body: { status } }) => status === "CLOSED",
		LIMIT_MS,
	);
}
