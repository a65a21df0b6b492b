import { type Asking, type Client, once, until } from "./client.ts";

/** Two bottles and a backpack, 150.00 $: 172.46 $ with taxes. */
export const ORDER = {
	products: [
		{ product_id: 1, quantity: 2 },
		{ product_id: 5, quantity: 1 },
	],
	shipping_address: "123 Main St, Montreal",
	billing_address: "123 Main St",
	payment_method: "credit_card",
};
export const ORDER_TOTAL = 17_246;

export const STEPS = [
	"CHECK_STOCK",
	"RESERVE_STOCK",
	"CREATE_ORDER",
	"PROCESS_PAYMENT",
	"CONFIRM_ORDER",
];

const PATIENCE = 6; // of 10 s each

/** Buys, and waits for the outcome: who is told that it takes longer asks again, with the same key. */
export async function buy(shop: Client, token: string, { headers, body }: Asking = {}) {
	const asking = {
		token,
		headers: { ...once(), ...headers },
		body: { ...ORDER, ...(body as object | undefined) },
	};
	for (let tries = 1; ; tries++) {
		const answer = await shop.post("/api/v1/orders?wait=true", asking);
		if (answer.status !== 202 || tries === PATIENCE) return answer;
	}
}

/** The saga, once it has ended. */
export async function endOf(shop: Client, token: string, saga_id: string) {
	const { body } = await until(
		() => shop.get(`/api/v1/sagas/${saga_id}`, { token }),
		({ body: { finished_at } }) => finished_at !== undefined,
		30_000,
	);
	return body;
}

export async function stockOf(shop: Client, token: string, product_id: string | number) {
	const { body } = await shop.get(`/api/v1/stock/${product_id}?location=online`, { token });
	const [{ on_hand, reserved }] = body.levels;
	return { on_hand, reserved };
}

/** Reactions to what has ended come within seconds: waits until nothing is held any more. */
export async function settled(shop: Client, token: string, product_id: string | number) {
	const { on_hand } = await until(
		() => stockOf(shop, token, product_id),
		({ reserved }) => reserved === 0,
		30_000,
	);
	return on_hand;
}

/** All that a list holds, page by page. */
export async function everything<T = any>(shop: Client, token: string, path: string): Promise<T[]> {
	const items: T[] = [];
	for (let cursor = ""; ; ) {
		const { status, body } = await shop.get(`${path}?limit=200${cursor}`, { token });
		if (status !== 200) throw new Error(`${path}: ${status} ${JSON.stringify(body)}`);
		items.push(...body.items);
		if (!body.next_cursor) return items;
		cursor = `&cursor=${encodeURIComponent(body.next_cursor)}`;
	}
}

export async function reconciled(shop: Client, token: string) {
	const { body } = await shop.post("/api/v1/stock/reconcile", { token, body: {} });
	return body;
}
