import { setTimeout as pause } from "node:timers/promises";
import type { Answer } from "../support/client.ts";
import type { Desk } from "./desk.ts";
import { shuffled } from "./faults.ts";
import { BUYER_NAMES, DECLINED_ORDER, DECLINED_REFUND, OFFICE } from "./shop.ts";

/** What one has asked for under one key, and what came of it. */
export interface Bought {
	readonly key: string;
	readonly who: string;
	readonly basket: Basket;
	/** By the clock of `performance`. */
	readonly asked_at: number;
	answered_at?: number;
	answer?: Answer;
}
export interface Filed {
	readonly key: string;
	readonly of: Bought;
	readonly product_id: string;
	answer?: Answer;
}
type Basket = readonly { readonly product_id: string; readonly quantity: number }[];

const one = (product_id: string, quantity = 1) => ({ product_id, quantity });
/** Of a hundred orders, how many are for what; and what of it is claimed afterwards. */
const BASKETS: [share: number, basket: Basket, claimed?: string][] = [
	[30, [one("1", 2)], "1"], // small enough to approve itself
	[12, [one("5"), one("1")], "5"], // a person decides
	[18, [one("1"), one(DECLINED_REFUND)], DECLINED_REFUND],
	[18, [one("1"), one("8")], "1"],
	[12, [one(DECLINED_ORDER)]],
	[10, [one("7")]], // scarce
];
const ADDRESS = { shipping_address: "123 Main St, Montreal", billing_address: "123 Main St" };
const AT_ONCE = 32;
const LONGEST = 2; // times what is to be bought: then they go, whatever is still to be done
const LULL_MS = 20;
const CLAIMANTS = 4;
const UNLED = 0.25; // of the orders run without a coordinator

/** Buyers and claimants, at work until all is bought and claimed that should be. */
export interface Crowd {
	readonly bought: readonly Bought[];
	readonly filed: readonly Filed[];
	/** The share of the work that has been answered: 0 to 1. */
	progress(): number;
	/** Nothing more will be done to the mesh: until then they come, even when all is bought. */
	close(): void;
	/** Nobody could say what became of it. */
	readonly lost: readonly string[];
	readonly done: Promise<void>;
}

export function crowd(
	desk: Desk,
	random: () => number,
	amounts: { orders: number; claims: number; work_ms: number },
): Crowd {
	const bought: Bought[] = [];
	const filed: Filed[] = [];
	const claimable: (readonly [Bought, string])[] = [];
	const lost: string[] = [];
	const deck = deckOf(random);
	let answered = 0;
	let isSold = false;
	let isClosed = false;
	const began_at = performance.now();
	/** They come evenly, over all of the time that there is. */
	const dueNow = () => (amounts.orders * (performance.now() - began_at)) / amounts.work_ms;
	const isOpen = () => {
		const isWaiting = !isClosed && amounts.work_ms > 0;
		return bought.length < amounts.orders * (isWaiting ? LONGEST : 1);
	};
	const nextDue = async () => {
		while (bought.length > dueNow()) await pause(LULL_MS);
	};

	async function buyer(): Promise<void> {
		for (;;) {
			await nextDue();
			if (!isOpen()) return;
			const [, basket, claimed] = deck[bought.length % deck.length] as (typeof BASKETS)[number];
			const who = BUYER_NAMES[Math.floor(random() * BUYER_NAMES.length)] as string;
			const bid: Bought = { key: keyOf(random), who, basket, asked_at: performance.now() };
			const saga = random() < UNLED ? "choreographed" : "orchestrated";
			bought.push(bid);
			await kept(async () => {
				bid.answer = await buy(desk, bid, saga);
				bid.answered_at = performance.now();
			});
			if (bid.answer?.status === 201 && claimed) claimable.push([bid, claimed]);
		}
	}
	async function claimant(): Promise<void> {
		while (filed.length < amounts.claims) {
			const isDue = isSold || filed.length * amounts.orders <= bought.length * amounts.claims;
			const next = isDue ? claimable.shift() : undefined; // to the end there are some to meet a fault
			if (!next && isSold) return;
			if (!next) {
				await pause(LULL_MS);
				continue;
			}
			const [of, product_id] = next;
			const claim: Filed = { key: keyOf(random), of, product_id };
			filed.push(claim);
			await kept(async () => {
				claim.answer = await file(desk, claim);
				if (claim.answer.body.status === "SUBMITTED") await decide(desk, claim.answer.body.id);
			});
		}
	}
	const kept = async (work: () => Promise<void>) => {
		await work().catch((error) => lost.push(String(error)));
		answered++;
	};
	const buyers = Promise.all(Array.from({ length: AT_ONCE }, buyer)).finally(() => {
		isSold = true;
	});
	const claimants = Promise.all(Array.from({ length: CLAIMANTS }, claimant));
	return {
		bought,
		filed,
		lost,
		progress: () => Math.min(1, answered / (amounts.orders + amounts.claims)),
		close() {
			isClosed = true;
		},
		done: Promise.all([buyers, claimants]).then(() => {}),
	};
}

/** It was sold, or it is undone: anything else is asked again, by the same key. */
const isOutcome = ({ status, body }: Answer) =>
	[201, 422].includes(status) || (UNDONE.includes(body.code) && Boolean(body.saga_id));
const UNDONE = ["OUT_OF_STOCK", "PAYMENT_DECLINED", "SALE_UNAVAILABLE"];

const buy = (desk: Desk, { who, key, basket }: Bought, saga: string) =>
	desk.ask(
		{
			...{ who, method: "POST", path: `/api/v1/orders?wait=true&saga=${saga}` },
			headers: { "Idempotency-Key": key, Prefer: "wait=8" },
			body: { ...ADDRESS, products: basket, payment_method: "credit_card" },
		},
		isOutcome,
	);

const file = (desk: Desk, { of: { who, answer }, key, product_id }: Filed) =>
	desk.ask(
		{
			...{ who, method: "POST", path: "/api/v1/claims", headers: { "Idempotency-Key": key } },
			body: {
				...{ claim_type: "damaged", description: "Arrivé en morceaux" },
				...{ product_id, quantity: 1, order_id: answer?.body.order_id },
			},
		},
		({ status }) => status === 201 || status === 422,
	);

/** Taken up, then approved; who hears that it is so already has been heard the first time. */
async function decide(desk: Desk, id: string): Promise<void> {
	const isDone = ({ status, body }: Answer) =>
		status === 200 || (status === 409 && body.code === "WRONG_STATE");
	const say = (word: string, body: object) =>
		desk.ask({ who: OFFICE, method: "POST", path: `/api/v1/claims/${id}/${word}`, body }, isDone);
	await say("review", {});
	await say("approve", { disposition: "restock" });
}

/** A hundred baskets in their shares, in any order: no run has fewer of a kind by chance. */
const deckOf = (random: () => number) =>
	shuffled(
		random,
		BASKETS.flatMap((one) => Array.from({ length: one[0] }, () => one)),
	);

const keyOf = (random: () => number) =>
	`chaos-${Math.floor(random() * 2 ** 32).toString(36)}${Math.floor(random() * 2 ** 32).toString(36)}`;
