import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import {
	filled,
	type Journey,
	journeyOf,
	KEY,
	type Person,
	PRODUCTS,
	type Step,
} from "../../../bench/load/scenario.ts";
import { SCENARIOS } from "../../../bench/load/scenarios.ts";

const LIMIT_MS = 30_000;
const THINK_MS = 200;
const SOCKETS = 6; // of one browser to one host
const SHARES = [40, 15, 20, 25]; // browse, shelves, carts, orders
const JOURNEYS: Journey[] = SCENARIOS.mixed.journeys.map((journey, index) => ({
	...journey,
	share: SHARES[index] ?? 0,
}));

/** One request, from the first byte sent to the last one heard. */
export interface Seen {
	readonly step: string;
	readonly began: number;
	readonly ms: number;
	/** 0 when there was no answer. */
	readonly status: number;
	readonly isRight: boolean;
	/** The server had closed the kept socket: sent again, once, on a new one. */
	readonly isSentAgain: boolean;
	/** The beginning of an answer that is wrong, or what became of the connection. */
	readonly why?: string;
}
export interface Crowd {
	readonly seen: Seen[];
	/** Resolves when all have had their last answer. */
	leave(): Promise<void>;
}
interface Shop {
	readonly url: string;
	readonly tokens: Readonly<Record<Person, string>>;
	readonly seen: Seen[];
}

/** So many browsers in the shop, each with its own sockets, which it keeps; none repeats what failed. */
export function crowd(url: string, tokens: Shop["tokens"], users: number): Crowd {
	const shop = { url, tokens, seen: [] as Seen[] };
	let isOver = false;
	const one = async () => {
		const agent = new Agent({ keepAlive: true, maxSockets: SOCKETS });
		while (!isOver)
			await walk(shop, agent, journeyOf({ journeys: JOURNEYS } as never, Math.random()));
		agent.destroy();
	};
	const all = Promise.all(Array.from({ length: users }, one));
	return {
		seen: shop.seen,
		async leave() {
			isOver = true;
			await all;
		},
	};
}

async function walk(shop: Shop, agent: Agent, { steps }: Journey): Promise<void> {
	const product = String(1 + Math.floor(Math.random() * PRODUCTS));
	const values: Record<string, string> = { product, session: crypto.randomUUID() };
	for (const step of steps) {
		const began = performance.now();
		const answer = await ask(shop, agent, step, values);
		const isRight = step.expects.includes(answer.status);
		const { status, isSentAgain } = answer;
		const ms = performance.now() - began;
		const why = isRight ? {} : { why: answer.text.slice(0, 300) };
		shop.seen.push({ step: step.name, began, ms, status, isRight, isSentAgain, ...why });
		await sleep(THINK_MS * (0.5 + Math.random()));
		if (!isRight) return;
		if (step.keep) values[step.keep.as] = String(JSON.parse(answer.text)[step.keep.field]);
	}
}

interface Answer {
	readonly status: number;
	readonly text: string;
	readonly isSentAgain: boolean;
}

/** RFC 9110 §9.2.2: what is idempotent may be sent again if the connection closed before an answer. */
async function ask(shop: Shop, agent: Agent, step: Step, values: Record<string, string>) {
	const mayRepeat = step.method !== "POST" || step.keyed === true;
	const key = crypto.randomUUID();
	const first = await send(shop, agent, step, values, key);
	if (!first.isUnheard || !mayRepeat) return { ...first, isSentAgain: false };
	return { ...(await send(shop, new Agent(), step, values, key)), isSentAgain: true };
}

function send({ url, tokens }: Shop, agent: Agent, step: Step, values: object, key: string) {
	const body =
		step.body === undefined ? undefined : filled(step.body, values as Record<string, string>);
	const headers = {
		"X-API-Key": KEY,
		...(step.as && { Authorization: `Bearer ${tokens[step.as]}` }),
		...(step.keyed && { "Idempotency-Key": key }),
		...(body !== undefined && {
			"Content-Type": "application/json",
			"Content-Length": Buffer.byteLength(body),
		}),
	};
	const path = filled(step.path, values as Record<string, string>);
	return new Promise<Omit<Answer, "isSentAgain"> & { isUnheard: boolean }>((resolve) => {
		const options = { method: step.method, agent, headers, timeout: LIMIT_MS };
		const asked = request(`${url}${path}`, options, (answer) => {
			const parts: Buffer[] = [];
			answer.on("data", (part: Buffer) => parts.push(part));
			answer.once("error", (error) => lost(error, false));
			answer.once("end", () => {
				const text = Buffer.concat(parts).toString();
				resolve({ status: answer.statusCode ?? 0, text, isUnheard: false });
			});
		});
		const lost = (error: Error & { code?: string }, isUnheard: boolean) =>
			resolve({ status: 0, text: `${error.code ?? ""} ${error.message}`, isUnheard });
		asked.once("timeout", () => asked.destroy(new Error("no answer in time")));
		asked.once("error", (error: Error & { code?: string }) =>
			lost(error, asked.reusedSocket && ["ECONNRESET", "EPIPE"].includes(error.code ?? "")),
		);
		asked.end(body);
	});
}
