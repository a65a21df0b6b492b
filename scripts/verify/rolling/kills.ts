import { setTimeout as sleep } from "node:timers/promises";
import { client } from "../../../tests/support/client.ts";
import type { Shown, Supervised } from "./supervised.ts";

const LOOK_MS = 100;
const LIMIT_MS = 30_000;
const BACK_S = 10;
const ANSWER_MS = 1_000; // who needs what is dead is told so within it

/** Where each context is asked something that nobody else can answer. */
const PATHS: Readonly<Record<string, string>> = {
	stores: "/api/v1/stores?limit=1",
	catalog: "/api/v1/products?limit=1",
	inventory: "/api/v1/stock?limit=1",
	customers: "/api/v1/customers?limit=1",
	payments: "/api/v1/payments?limit=1",
	orders: "/api/v1/orders?limit=1",
	carts: "/api/v1/carts?limit=1",
	claims: "/api/v1/claims?limit=1",
	saga: "/api/v1/sagas?limit=1",
};

/** What came of killing a process. */
export interface Killed {
	readonly name: string;
	/** Until the supervisor had it again, and all that it holds had been answered. */
	readonly back_s: number;
	/** Answers for what it holds, and for what it does not: how many of each status. */
	readonly own: Readonly<Record<string, number>>;
	readonly others: Readonly<Record<string, number>>;
	readonly sent_again: number;
	/** How long the slowest of all answers took. */
	readonly slowest_ms: number;
	readonly faults: readonly string[];
}
interface Look {
	readonly context: string;
	readonly status: number;
	readonly retry_after: string | null;
	readonly ms: number;
	/** Since the kill. */
	readonly began_ms: number;
	readonly ended_ms: number;
	readonly isSentAgain: boolean;
}

/** Kills a process, and asks each context all the time until the process has come back and all answer. */
export async function kill(mesh: Supervised, victim: Shown, token: string): Promise<Killed> {
	const shop = client(mesh);
	const looks: Look[] = [];
	const began = performance.now();
	const now = () => performance.now() - began;
	const look = async (context: string): Promise<Look> => {
		const began_ms = now();
		const asking = { token, limit_ms: LIMIT_MS };
		const get = () => shop.get(PATHS[context] ?? "", asking).catch(() => undefined);
		let answer = await get();
		const isSentAgain = answer === undefined; // its gateway has died: the other has the port
		if (isSentAgain) answer = await get();
		const status = answer?.status ?? 0;
		const retry_after = answer?.headers.get("retry-after") ?? null;
		const ended_ms = now();
		const ms = ended_ms - began_ms;
		return { context, status, retry_after, began_ms, ended_ms, ms, isSentAgain };
	};
	process.kill(victim.pid, "SIGKILL");
	const back = returned(mesh, victim);
	let back_ms = LIMIT_MS;
	void back.then(() => {
		back_ms = now();
	});
	const watch = async (context: string) => {
		for (let isServed = false; !isServed && now() < LIMIT_MS; ) {
			const seen = await look(context);
			looks.push(seen);
			isServed = seen.status === 200 && seen.began_ms > back_ms;
			await sleep(LOOK_MS);
		}
	};
	await Promise.all([back, ...Object.keys(PATHS).map(watch)]);
	return judged(victim, looks, back_ms);
}

function judged({ name, contexts }: Shown, looks: readonly Look[], back_ms: number): Killed {
	const [own, others] = [
		looks.filter(({ context }) => contexts.includes(context)),
		looks.filter(({ context }) => !contexts.includes(context)),
	];
	const served = contexts.map((context) =>
		servedAt(looks.filter((one) => one.context === context)),
	);
	const back_s = Math.max(back_ms, ...served) / 1_000;
	const isNeeded = contexts.includes("identity"); // every request asks it who asks
	const wrong = [
		...own.filter((one) => one.status !== 200 && !isPromptRefusal(one)),
		...others.filter((one) => one.status !== 200 && !(isNeeded && isPromptRefusal(one))),
	];
	const faults = wrong.map(
		({ context, status, ms, retry_after, began_ms }) =>
			`${context}: ${status} in ${ms.toFixed(0)} ms, Retry-After ${retry_after}, ${began_ms.toFixed(0)} ms after the kill`,
	);
	if (back_s > BACK_S) faults.push(`back after ${back_s.toFixed(1)} s`);
	const slowest_ms = Math.max(0, ...looks.map(({ ms }) => ms));
	const sent_again = looks.filter(({ isSentAgain }) => isSentAgain).length;
	const answers = { own: counted(own), others: counted(others), sent_again };
	return { name, back_s, ...answers, slowest_ms, faults };
}

/** When it first answered for good. */
function servedAt(looks: readonly Look[]): number {
	const failed = looks.filter(({ status }) => status !== 200);
	const since = Math.max(0, ...failed.map(({ began_ms }) => began_ms));
	const first = looks.find(({ status, began_ms }) => status === 200 && began_ms > since);
	return failed.length > 0 ? (first?.ended_ms ?? LIMIT_MS) : 0;
}

const isPromptRefusal = ({ status, retry_after, ms }: Look) =>
	status === 503 && retry_after !== null && ms < ANSWER_MS;

const counted = (looks: readonly Look[]) =>
	Object.fromEntries(
		Map.groupBy(looks, ({ status }) => String(status))
			.entries()
			.map(([status, some]) => [status, some.length]),
	);

/** Resolves when the supervisor has it again, as another process. */
async function returned(mesh: Supervised, victim: Shown): Promise<void> {
	const end = performance.now() + LIMIT_MS;
	while (performance.now() < end) {
		const now = (await mesh.ps()).find(({ name }) => name === victim.name);
		if (now?.state === "ready" && now.pid !== victim.pid) return;
		await sleep(LOOK_MS);
	}
}
