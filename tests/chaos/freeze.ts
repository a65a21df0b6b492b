import { setTimeout as pause } from "node:timers/promises";
import { until } from "../support/until.ts";
import { type Books, patiently } from "./books.ts";
import type { Fleet } from "./fleet.ts";

const TRIES_MAX = 20;
const STILL_MS = 3_000; // others have moved theirs by then, and none has taken a frozen one's
const THAW_MS = 500;
const LEASE_MS = 14_000; // one ends after 10 s, and others look every 2 s
const TAKEN_MS = 46_000; // what it held in the middle of a transaction is let go before that

/**
 * SIGSTOP in the middle of sagas, until another goes on with them, but not for ever: then SIGCONT.
 * Answers how many it goes on with. Who was met with nothing to do is let go, and met again a
 * little later.
 */
export async function frozen(
	{ fleet, books }: { fleet: Fleet; books: Books },
	name: string,
): Promise<number> {
	let taken = 0;
	for (let attempt = 0; attempt < TRIES_MAX && taken === 0; attempt++) {
		if (attempt > 0) await pause(THAW_MS);
		await fleet.freeze(name, async () => {
			const from = performance.now();
			const left = await stranded(books);
			if (left.length === 0) return;
			const isTaken = async () => {
				taken = await goneOnWith(books, left);
				return taken > 0;
			};
			await pause(LEASE_MS - (performance.now() - from));
			await until(isTaken, Boolean, TAKEN_MS).catch(() => {}); // said by whoever asks whether any were
		});
	}
	return taken;
}

interface Stranded {
	readonly saga_id: string;
	readonly shard: number;
	readonly rev: number;
}
const LIVE = `select saga_id, shard, rev from saga
	where finished_at is null and kind = 'orchestrated' and status <> 'PENDING'`;

/** Live sagas that nobody moves. */
async function stranded(books: Books): Promise<Stranded[]> {
	const before = await patiently<Stranded>(books, "saga", LIVE);
	if (before.length === 0) return [];
	await pause(STILL_MS);
	const after = new Map(
		(await patiently<Stranded>(books, "saga", LIVE)).map(({ saga_id, rev }) => [saga_id, rev]),
	);
	return before.filter(({ saga_id, rev }) => after.get(saga_id) === rev);
}

/** Those that are another's by now, who has read them and goes on: their next entry says so. */
async function goneOnWith(books: Books, left: readonly Stranded[]): Promise<number> {
	const moved = left.map(
		({ saga_id, shard, rev }) =>
			`(saga.saga_id = '${saga_id}' and saga.shard <> ${shard} and seq = ${rev + 1})`,
	);
	const sql = `select count(*) as n from saga join saga_history on saga_history.saga_id = saga.saga_id
		where type = 'RESUMED' and (${moved.join(" or ")})`;
	return (await patiently<{ n: number }>(books, "saga", sql))[0]?.n ?? 0;
}
