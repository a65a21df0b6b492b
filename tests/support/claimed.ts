import type { Asking, Client } from "./client.ts";
import { once, until } from "./client.ts";

const ENDS = ["CLOSED", "COMPENSATED", "MANUAL_REVIEW", "REJECTED"];

/** Files a claim, as whoever has the token. */
export const file = (shop: Client, token: string, over: object = {}, asking: Asking = {}) =>
	shop.post("/claims", {
		token,
		...asking,
		body: {
			claim_type: "product_defect",
			description: "Produit endommagé",
			product_id: 1,
			...over,
		},
	});

/** Buys one thing, and waits for it: the order, and what paid for it. */
export async function bought(
	shop: Client,
	token: string,
	line: { product_id: number | string; quantity?: number; location?: string },
	payment_method = "credit_card",
) {
	const { status, body } = await shop.post("/api/v1/orders?wait=true", {
		token,
		headers: once(),
		body: {
			products: [{ quantity: 1, ...line }],
			shipping_address: "123 Main St, Montreal",
			payment_method,
		},
	});
	if (status !== 201) throw new Error(`nothing is bought: ${status} ${JSON.stringify(body)}`);
	return body as { order_id: string; payment_id: string; total_cents: number };
}

/** A claim that a person has taken up and granted. */
export async function granted(shop: Client, token: string, id: string, terms: object) {
	await shop.post(`/claims/${id}/review`, { token });
	return shop.post(`/claims/${id}/approve`, { token, body: terms });
}

/** The claim, once nothing moves it any more but a person. */
export async function settledClaim(shop: Client, token: string, id: string) {
	const { body } = await until(
		() => shop.get(`/claims/${id}`, { token }),
		({ body: { status } }) => ENDS.includes(status),
		30_000,
	);
	return body;
}

/** The states that a claim has been through, in order. */
export async function passed(shop: Client, token: string, id: string): Promise<string[]> {
	const { body } = await shop.get(`/claims/${id}/history`, { token });
	return body.items.map(({ status }: { status: string }) => status);
}
