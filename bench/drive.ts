import { Agent, request } from "node:http";
import autocannon from "autocannon";

/** What one run measured. Milliseconds. */
export interface Measured {
	per_second: number;
	p50: number;
	p99: number;
	/** Answers that are not the one expected, and connections that failed. */
	wrong: number;
}

interface Load {
	url: string;
	connections: number;
	seconds: number;
	headers?: Record<string, string>;
}

/** The same GET again and again. */
export async function drive({ url, connections, seconds, headers = {} }: Load): Promise<Measured> {
	const run = (duration: number) =>
		autocannon({ url, connections, duration, headers, excludeErrorStats: true });
	await run(Math.min(2, seconds)); // warms up
	const { requests, latency, non2xx, errors } = await run(seconds);
	return {
		per_second: requests.average,
		p50: latency.p50,
		p99: latency.p99,
		wrong: non2xx + errors,
	};
}

interface Orders extends Load {
	token: string;
	key: string;
	/** Behind the path: `?saga=choreographed`. */
	query?: string;
	/** Asks for a product, so that orders do not all want one row. */
	product(n: number): string;
}

/** Orders, each with a key of its own, each waited for until its saga has ended. */
export async function order({
	url,
	query = "",
	connections,
	seconds,
	token,
	key,
	product,
}: Orders) {
	const ms: number[] = [];
	let n = 0;
	let wrong = 0;
	const end = performance.now() + seconds * 1_000;
	const buyer = async () => {
		while (performance.now() < end) {
			const asked = performance.now();
			const status = await buy(`${url}/api/v1/orders${query}`, token, key, product(n++));
			if (status === 201) ms.push(performance.now() - asked);
			else wrong++;
		}
	};
	const started = performance.now();
	await Promise.all(Array.from({ length: connections }, buyer));
	const took = (performance.now() - started) / 1_000;
	ms.sort((a, b) => a - b);
	const at = (share: number) => ms[Math.floor(ms.length * share)] ?? Number.NaN;
	return { per_second: ms.length / took, p50: at(0.5), p99: at(0.99), wrong, orders: ms.length };
}

/** Node's own client, on sockets that stay open: `fetch` would take its share of the two cores. */
const agent = new Agent({ keepAlive: true });

function buy(url: string, token: string, key: string, product_id: string): Promise<number> {
	const body = JSON.stringify({
		products: [{ product_id, quantity: 1 }],
		shipping_address: "123 Main St, Montreal",
		payment_method: "credit_card",
	});
	const headers = {
		"Content-Type": "application/json",
		"Content-Length": Buffer.byteLength(body),
		"X-API-Key": key,
		Authorization: `Bearer ${token}`,
		"Idempotency-Key": crypto.randomUUID(),
		Prefer: "wait=30",
	};
	return new Promise((resolve, reject) => {
		const asked = request(url, { method: "POST", agent, headers }, (answer) => {
			answer.resume();
			answer.once("end", () => resolve(answer.statusCode ?? 0));
		});
		asked.once("error", reject);
		asked.end(body);
	});
}
