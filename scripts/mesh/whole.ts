import { setTimeout as sleep } from "node:timers/promises";

const LOOK_MS = 200;
const LIMIT_MS = 60_000;
const ANSWER_MS = 2_000; // who hangs may be another's turn the next time

/**
 * Waits until each gateway finds these contexts: they take turns on one port, so all of so many answers
 * in a row must say so.
 */
export async function whole(
	url: string,
	contexts: ReadonlySet<string>,
	gateways: number,
): Promise<void> {
	const end = performance.now() + LIMIT_MS;
	for (let inRow = 0; inRow < 2 * gateways; ) {
		const missing = await missingOf(url, contexts);
		inRow = missing === "" ? inRow + 1 : 0;
		if (missing === "") continue;
		if (performance.now() > end) throw new Error(`The mesh is not whole: ${missing}`);
		await sleep(LOOK_MS);
	}
}

async function missingOf(url: string, contexts: ReadonlySet<string>): Promise<string> {
	try {
		const headers = { Connection: "close" }; // the next is another gateway's
		const signal = AbortSignal.timeout(ANSWER_MS);
		const reply = await fetch(`${url}/health`, { headers, signal });
		const { contexts: states = {} } = (await reply.json()) as { contexts?: object };
		const known = Object.entries(states).filter(([, state]) => isUp(state));
		const up = new Set(known.map(([name]) => name));
		return [...contexts].filter((name) => !up.has(name)).join(", ");
	} catch (error) {
		return `the gateway does not answer (${(error as Error).message})`;
	}
}

const isUp = (state: unknown) =>
	((state as { status?: string } | null)?.status ?? state) !== "down";
