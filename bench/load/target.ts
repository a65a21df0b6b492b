import { type Client, client } from "../../tests/support/client.ts";
import { startProduct } from "../../tests/support/product.ts";
import { memoryOf } from "../orders.ts";
import { PEOPLE, type Person, PRODUCTS, type Scenario } from "./scenario.ts";

const STOCK = 1_000_000;

/** What the load is driven against. */
export interface Target {
	readonly url: string;
	readonly name: string;
	/** MiB of all its processes; undefined of one that somebody else has started. */
	memory(): number | undefined;
	stop(): Promise<void>;
}

/** One that runs already. */
export const running = (url: string): Target => ({
	url,
	name: url,
	memory: () => undefined,
	stop: async () => {},
});

/** The whole product in one process, on an empty folder. */
export async function oneProcess(): Promise<Target> {
	const product = await startProduct();
	return {
		url: product.url,
		name: "one process, SQLite",
		memory: () => memoryOf(product),
		async stop() {
			await product.stop();
			product.remove();
		},
	};
}

/** Shelves that last, the provider's mood, and the tokens of those who log in. */
export async function furnish(url: string, { declined_percent = 0 }: Scenario) {
	const shop = client({ url });
	const token = await shop.login("admin", "admin");
	for (let product = 1; product <= PRODUCTS; product++)
		await shop.put(`/api/v1/stock/${product}`, {
			token,
			body: { location: "online", quantity: STOCK, reason: "load" },
		});
	const failure_rate = declined_percent;
	await shop.post("/api/v1/payments/admin/configure-failure", { token, body: { failure_rate } });
	const tokens = {} as Record<Person, string>;
	for (const [person, { username, password }] of Object.entries(PEOPLE))
		tokens[person as Person] = await shop.login(username, password);
	return tokens;
}

/** Units that the online shop has sold, once it has let go of what it holds. */
export async function soldUnits(url: string): Promise<number> {
	const shop: Client = client({ url });
	const token = await shop.login("admin", "admin");
	let left = 0;
	for (let product = 1; product <= PRODUCTS; product++) {
		const { body } = await shop.get(`/api/v1/stock/${product}?location=online`, { token });
		left += body.quantity + body.reserved;
	}
	return STOCK * PRODUCTS - left;
}
