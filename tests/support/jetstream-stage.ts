import type { ServiceBroker } from "moleculer";
import type { Database } from "../../mixins/database.mixin.ts";
import { press } from "./press.ts";
import { until } from "./until.ts";

type Copies = { topic: string; texts: string[] }[];

/** What is printed and what is read in a town, for tests of what carries the facts. */
export function stage(of: () => ServiceBroker) {
	const dbOf = (name: string) => (of().getLocalService(name) as unknown as { db: Database }).db;
	const copies = (name: string) => of().call<Copies>(`${name}.read`);
	return {
		dbOf,
		print: (topic: string, ...texts: string[]) => press.print(of(), { topic, texts }),
		sql: (name: string, sql: string) => dbOf(name).write((tx) => tx.script(sql)),
		/** Exactly these, in this order. */
		shows: (name: string, topic: string, texts: readonly string[], limit_ms = 15_000) =>
			until(
				async () => (await copies(name)).find((copy) => copy.topic === topic)?.texts ?? [],
				(seen) => seen.join() === texts.join(),
				limit_ms,
			),
		/** All that the press has announced is safe in its stream. */
		safe: () =>
			until(
				async () => {
					const [row] = await dbOf("press").read((db) => db.query<{ left: number }>(LEFT));
					return row?.left === 0;
				},
				Boolean,
				15_000,
			),
		count: async (name: string) =>
			(await copies(name)).reduce((sum, { texts }) => sum + texts.length, 0),
	};
}

const LEFT = `select count(*) as left from outbox where feed_seq is null
	or feed_seq > (select feed_seq from outbox_cursor where sink = 'jetstream')`;

export const numbers = (count: number, from = 0) =>
	Array.from({ length: count }, (_, index) => `${from + index}`);
