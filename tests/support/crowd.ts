import { ORDER } from "./buying.ts";
import { type Answer, type Client, until } from "./client.ts";

/** What one buyer has asked for under one key, and all that it was ever answered. */
export interface Purchase {
	readonly key: string;
	readonly body: object;
	readonly answers: Answer[];
}
export interface Cancelling {
	readonly key: string;
	readonly order_id: string;
	readonly answers: Answer[];
}

const BASKETS = [
	[{ product_id: 1, quantity: 2 }],
	[{ product_id: 9, quantity: 1 }], // 99.99 $ with tax: declined when the simulator is told so
	[{ product_id: 7, quantity: 1 }], // scarce
	[
		{ product_id: 5, quantity: 1 },
		{ product_id: 7, quantity: 1 },
	],
	[
		{ product_id: 8, quantity: 1 },
		{ product_id: 1, quantity: 1 },
	],
];

/**
 * Buyers that never rest: they order, now and then cancel what they have, and remember every key.
 * One whose connection breaks, or who is told that somebody is away, waits until the doors are open
 * again, and does not know what became of its order.
 */
export function crowd(shop: Client, token: string, size: number) {
	const purchases: Purchase[] = [];
	const cancellings: Cancelling[] = [];
	let isOver = false;
	let doors = Promise.resolve();
	let broken = 0;
	let answered = 0;
	let next = 0;

	const ask = async (answers: Answer[], request: () => Promise<Answer>) => {
		try {
			const answer = await request();
			if (isAway(answer)) broken++;
			else answers.push(answer);
			answered++;
		} catch {
			broken++; // the doors have closed while it was asking
			await new Promise((resolve) => setImmediate(resolve));
		}
	};
	async function buyer() {
		while (!isOver) {
			await doors;
			const round = next++;
			const one = purchase(round);
			purchases.push(one);
			await ask(one.answers, () => order(shop, token, one, round % 4 !== 1));
			const order_id = one.answers.at(-1)?.body.order_id;
			if (!order_id || round % 3) continue;
			const cancelling: Cancelling = { key: crypto.randomUUID(), order_id, answers: [] };
			cancellings.push(cancelling);
			await ask(cancelling.answers, () => cancel(shop, token, cancelling));
		}
	}
	const all = Array.from({ length: size }, buyer);
	return {
		purchases,
		cancellings,
		broken: () => broken,
		answered: () => answered,
		/** Nobody begins anything until the promise is kept. */
		closeUntil: (open: Promise<void>) => {
			doors = open;
		},
		async end() {
			isOver = true;
			await Promise.all(all);
		},
	};
}

const purchase = (round: number): Purchase => ({
	key: crypto.randomUUID(),
	body: { ...ORDER, products: BASKETS[round % BASKETS.length] },
	answers: [],
});

export const order = (shop: Client, token: string, { key, body }: Purchase, isPatient = true) =>
	shop.post(`/api/v1/orders${isPatient ? "?wait=true" : ""}`, {
		token,
		headers: { "Idempotency-Key": key, ...(isPatient && { Prefer: "wait=30" }) },
		body,
	});

/** Told to come back it does: a context is away, or the outcome is not known yet. */
export const untilKnown = (request: () => Promise<Answer>) =>
	until(request, (answer) => answer.status !== 202 && !isAway(answer), 60_000);

/** Of a mesh whose processes die one after the other: nothing was begun, or nobody knows. */
const isAway = ({ status, body }: Answer) =>
	(status === 503 || status === 504) && body.code === "UNAVAILABLE";

export const cancel = (shop: Client, token: string, { key, order_id }: Cancelling) =>
	shop.del(`/api/v1/orders/${order_id}`, {
		token,
		headers: { "Idempotency-Key": key, Prefer: "wait=30" },
	});
