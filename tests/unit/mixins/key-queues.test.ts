import { describe, expect, test } from "@jest/globals";
import type { Sent, Verdict } from "../../../mixins/bus.ts";
import { orAway, stuck } from "../../../mixins/database/away.ts";
import { KeyQueues } from "../../../mixins/delivery/key-queues.ts";
import { until } from "../../support/until.ts";

const FACTS = 700; // more than are applied as one, and than may be ready at once

const sent = (seq: number, key = "hot"): Sent => ({
	fact: {
		...{ event: "press.printed", version: 1, producer: "press", key, key_seq: seq },
		...{ message_id: `${key}/${seq}`, payload: {}, occurred_at: 0, headers: {} },
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

describe("I8 a fact that cannot be applied", () => {
	/** Fails with these, one after the other, then applies; its first failure that counts parks. */
	function failing(errors: unknown[]) {
		const seen = { applied: [] as number[], parked: [] as string[], warned: [] as string[] };
		const base = reader(seen.applied);
		const apply = async (facts: readonly Sent[]) => {
			if (errors.length > 0) throw errors.shift();
			return base.apply(facts);
		};
		const park = async ({ fact }: Sent) => void seen.parked.push(fact.message_id);
		const warn = (text: string) => void seen.warned.push(text);
		return { ...seen, queues: new KeyQueues({ ...base, apply, park, warn }) };
	}
	const away = () => orAway({ code: "ECONNREFUSED" });

	test("because the database is away waits for it, however often, and is not parked", async () => {
		const { queues, applied, parked, warned } = failing([away(), away()]);
		await queues.take([sent(1), sent(2)]);
		await until(() => applied.length === 2);
		expect([applied, parked]).toEqual([[1, 2], []]);
		expect(warned).toHaveLength(2); // once for all that waits
		await queues.close();
	});
	test.each([
		["its unit of work hangs", orAway(stuck(5_000))],
		["a lock is not let go", orAway({ original: { code: "55P03" } })],
		["its reader is wrong", new Error("a bug")],
	])("because %s is parked when its attempts are used up", async (_, error) => {
		const { queues, parked } = failing([error]);
		await queues.take([sent(1)]);
		await until(() => parked.length === 1);
		await queues.close();
	});
});
