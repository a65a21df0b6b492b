import { expect, test } from "@jest/globals";
import type { Sent, Verdict } from "../../../mixins/bus.ts";
import { KeyQueues } from "../../../mixins/delivery/key-queues.ts";
import { until } from "../../support/until.ts";

const FACTS = 700; // more than are applied as one, and than may be ready at once

const sent = (seq: number): Sent => ({
	fact: {
		...{ event: "press.printed", version: 1, producer: "press", key: "hot", key_seq: seq },
		...{ message_id: `hot/${seq}`, payload: {}, occurred_at: 0, headers: {} },
	},
	feed_seq: seq,
	is_first: seq === 1,
});

/** What a reader's inbox does: the next of the key, or none. */
function reader(applied: number[]) {
	const verdict = ({ fact: { key_seq } }: Sent): Verdict => {
		const last = applied.at(-1) ?? 0;
		if (key_seq <= last) return "duplicate";
		if (key_seq > last + 1) return "gap";
		applied.push(key_seq);
		return "done";
	};
	return {
		...{ context: "shelf", retries_ms: [], producers: new Set(["press"]), hears: () => true },
		apply: async (facts: readonly Sent[]) => facts.map(verdict),
		park: async () => {},
		warn: () => {},
	};
}

test("G14 I8 the fact that all others of a hot key wait for is reached, however late it is brought", async () => {
	const applied: number[] = [];
	const queues = new KeyQueues(reader(applied));
	const followers = Array.from({ length: FACTS - 1 }, (_, n) => sent(n + 2));
	void queues.take(followers); // has no room until they move
	await until(() => applied.length === 0);
	void queues.take([sent(1)]);
	await until(() => applied.length === FACTS);
	expect(applied).toEqual(Array.from({ length: FACTS }, (_, n) => n + 1));
	await queues.close();
});
