import { type Answer, type Client, once } from "./client.ts";

export const PATIENCE_MS = 30_000;
const ASK_MS = 15_000;
const THINGS = ["1", "2", "3", "4", "5", "6"]; // of one thing there is not enough for all

/** People who buy a unit each, and wait for the outcome; one whose question is lost asks it again. */
export function buyersOf(shop: Client, token: string) {
	let asked = 0;
	const one = async (): Promise<Answer> => {
		const lines = [{ product_id: THINGS[asked++ % THINGS.length], quantity: 1 }];
		const headers = once();
		for (let tries = 0; ; tries++)
			try {
				const asking = { token, headers, limit_ms: ASK_MS, body: { products: lines } };
				const answer = await shop.post("/api/v1/orders?wait=10", asking);
				if (answer.status < 500 || tries === 5) return answer;
			} catch (error) {
				if (tries === 5) throw error;
			}
	};
	return {
		async buy(count: number, { at_once }: { at_once: number }): Promise<Answer[]> {
			const answers: Answer[] = [];
			let left = count;
			const buyer = async () => {
				while (left-- > 0) answers.push(await one());
			};
			await Promise.all(Array.from({ length: at_once }, buyer));
			return answers;
		},
	};
}
