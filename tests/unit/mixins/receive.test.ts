import { afterAll, beforeAll, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Recorded } from "../../../lib/fact.ts";
import type { Sent } from "../../../mixins/bus.ts";
import { open } from "../../../mixins/database/open.ts";
import { receive } from "../../../mixins/delivery/receive.ts";

const db = open("receiving");
beforeAll(() => db.migrate());
afterAll(() => db.close());

let runs = 0;
const sent = (key: string, key_seq: number): Sent => {
	const fact: Recorded = {
		event: "press.printed",
		version: 1,
		producer: "press",
		key,
		key_seq,
		message_id: `${key}/${key_seq}`,
		payload: {},
		occurred_at: 0,
		headers: {},
	};
	return { fact, feed_seq: key_seq, is_first: key_seq === 1 };
};

test("G14 whatever order and repeats facts come in, each is applied once, in order within its key", async () => {
	const anyOrder = fc
		.record({
			counts: fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 }),
			order: fc.infiniteStream(fc.nat()),
			size: fc.integer({ min: 1, max: 10 }),
		})
		.map(({ counts, order, size }) => {
			const run = runs++;
			const facts = counts.flatMap((count, index) =>
				Array.from({ length: count }, (_, n) => sent(`${run}:${index}`, n + 1)),
			);
			const repeated = facts.filter(() => order.next().value % 2 === 0);
			const shuffled = [...facts, ...repeated]
				.map((one) => ({ one, at: order.next().value }))
				.sort((a, b) => a.at - b.at)
				.map(({ one }) => one);
			return { facts, shuffled, size };
		});
	await fc.assert(
		fc.asyncProperty(anyOrder, async ({ facts, shuffled, size }) => {
			const applied: string[] = [];
			let waiting = shuffled;
			for (let round = 0; waiting.length > 0; round++) {
				expect(round).toBeLessThan(shuffled.length * 9); // one at a time, and each pass moves every key
				const batch = waiting.slice(0, size);
				const seen: string[] = [];
				const reactions = {
					"press.printed": async (_: unknown, { message_id }: Recorded) =>
						void seen.push(message_id),
				};
				const verdicts = await db.write((tx) => {
					seen.length = 0;
					return receive(tx, batch, reactions);
				});
				applied.push(...seen);
				const early = batch.filter((_, index) => verdicts[index] === "gap");
				waiting = [...waiting.slice(size), ...early];
			}
			for (const key of new Set(facts.map(({ fact }) => fact.key))) {
				const mine = (id: string) => id.startsWith(`${key}/`);
				const expected = facts.map(({ fact }) => fact.message_id).filter(mine);
				expect(applied.filter(mine)).toEqual(expected);
			}
		}),
		{ numRuns: 200 },
	);
}, 60_000);
