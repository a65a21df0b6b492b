import { Agent, request } from "node:http";
import { filled, type Journey, KEY, type Person, PRODUCTS, type Step } from "./scenario.ts";
import type { Tally } from "./tally.ts";

const LIMIT_MS = 30_000;

/** Sockets stay open: `fetch` would take its share of the machine. */
const agent = new Agent({ keepAlive: true });

export interface Shop {
	readonly url: string;
	readonly tokens: Readonly<Record<Person, string>>;
	readonly tally: Tally;
}

/** Walks a journey as one user, a pause after each step; one that fails ends it. */
export async function walk(shop: Shop, journey: Journey, pause: () => Promise<void>) {
	const product = String(1 + Math.floor(Math.random() * PRODUCTS));
	const values: Record<string, string> = { product, session: crypto.randomUUID() };
	for (const step of journey.steps) {
		const asked = performance.now();
		const { status, reply } = await ask(shop, step, values);
		const isRight = step.expects.includes(status);
		shop.tally.add(step.name, performance.now() - asked, status, isRight);
		await pause();
		if (!isRight) return;
		if (step.keep) values[step.keep.as] = String(JSON.parse(reply)[step.keep.field]);
	}
}

interface Answered {
	/** 0 when there was no answer. */
	readonly status: number;
	readonly reply: string;
}

function ask({ url, tokens }: Shop, step: Step, values: Record<string, string>): Promise<Answered> {
	const body = step.body === undefined ? undefined : filled(step.body, values);
	const headers = {
		"X-API-Key": KEY,
		...(step.as && { Authorization: `Bearer ${tokens[step.as]}` }),
		...(step.keyed && { "Idempotency-Key": crypto.randomUUID() }),
		...(body !== undefined && {
			"Content-Type": "application/json",
			"Content-Length": Buffer.byteLength(body),
		}),
	};
	return new Promise((resolve) => {
		const lost = () => resolve({ status: 0, reply: "" });
		const asked = request(
			`${url}${filled(step.path, values)}`,
			{ method: step.method, agent, headers, timeout: LIMIT_MS },
			(answer) => {
				const parts: Buffer[] = [];
				answer.on("data", (part: Buffer) => parts.push(part));
				answer.once("error", lost);
				answer.once("end", () =>
					resolve({ status: answer.statusCode ?? 0, reply: Buffer.concat(parts).toString() }),
				);
			},
		);
		asked.once("timeout", () => asked.destroy());
		asked.once("error", lost);
		asked.end(body);
	});
}
