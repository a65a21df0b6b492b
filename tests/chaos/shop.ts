import { client } from "../support/client.ts";

export const ADMIN = "admin";
export const OFFICE = "maison_mere";
const PASSWORD = "quarante-pannes-et-un-panier";
const BUYERS = ["1", "2", "3", "4", "5", "6", "7", "8"];
export const nameOf = (customer_id: string) => `buyer_${customer_id}`;
export const BUYER_NAMES = BUYERS.map(nameOf);

/** 99.99 $ with its tax, and what is refused of it: see `baskets.ts`. */
export const DECLINED_ORDER = "9";
export const DECLINED_REFUND = "2";
const DECLINED = { order: 99.99, refund: 11.5 };
const PLENTY = 100_000;

/** Accounts for buyers, shelves for what they buy, and a provider that declines some of it. */
export async function furnish(url: string, scarce: number): Promise<ReadonlyMap<string, string>> {
	const shop = client({ url });
	const admin = await shop.login(ADMIN, "admin");
	const must = async (answer: Promise<{ status: number; body: unknown }>) => {
		const { status, body } = await answer;
		if (status >= 300) throw new Error(`The shop is not ready: ${JSON.stringify(body)}`);
	};
	for (const customer_id of BUYERS) {
		const username = nameOf(customer_id);
		const who = { username, email: `${username}@example.com`, password: PASSWORD };
		const body = { ...who, roles: [{ role: "customer" }], customer_id };
		await must(shop.post("/api/v1/users", { token: admin, body }));
	}
	for (const product_id of ["1", "2", "5", "7", "8", "9"]) {
		const quantity = product_id === "7" ? scarce : PLENTY;
		const body = { location: "online", quantity, reason: "Pour la foule" };
		await must(shop.put(`/api/v1/stock/${product_id}`, { token: admin, body }));
	}
	const failure_amounts = [DECLINED.order, DECLINED.refund];
	const body = { failure_rate: 100, failure_amounts, operations: ["capture", "refund"] };
	await must(shop.post("/admin/configure-failure", { token: admin, body }));
	const people: [string, string][] = BUYER_NAMES.map((name) => [name, PASSWORD]);
	return new Map([...people, [ADMIN, "admin"]]);
}
