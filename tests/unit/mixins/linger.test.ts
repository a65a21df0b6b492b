import { expect, jest, test } from "@jest/globals";
import type { Reader, Sent, Verdict } from "../../../mixins/bus.ts";
import { KeyQueues } from "../../../mixins/delivery/key-queues.ts";

let feed_seq = 0;
const sent = (event: string): Sent => {
	const key = `thing:${++feed_seq}`;
	const about = { version: 1, producer: "press", key, key_seq: 1, message_id: key };
	return {
		fact: { event, ...about, payload: {}, occurred_at: 0, headers: {} },
		feed_seq,
		is_first: true,
	};
};
function queues(manner: Pick<Reader, "isPatient"> = {}) {
	const units: string[][] = [];
	const reader: Reader = {
		context: "reader",
		retries_ms: [],
		hears: () => true,
		producers: new Set(["press"]),
		reacts: ({ event }) => event === "loud",
		...manner,
		async apply(facts) {
			units.push(facts.map(({ fact }) => fact.event));
			return facts.map((): Verdict => "done");
		},
		park: async () => {},
		warn: () => {},
	};
	return { units, sink: new KeyQueues(reader) };
}
/** Who waits is released at the beats of the clock: it stands at one. */
const atABeat = () => jest.useFakeTimers({ now: 0 });
const quiet = (count: number) => Array.from({ length: count }, () => sent("quiet"));

test("CLM-14 facts that nobody reacts to wait for company, and go with the first that matters", async () => {
	const { units, sink } = queues();
	await sink.take(quiet(3));
	expect(units).toEqual([]);
	await sink.take([sent("loud")]);
	expect(units).toEqual([["quiet", "quiet", "quiet", "loud"]]);
	await sink.close();
});

test("CLM-14 they wait until the next beat and no longer, nor for more than a unit holds", async () => {
	atABeat();
	try {
		const { units, sink } = queues();
		const [first] = quiet(1) as [Sent];
		await sink.take([first]);
		expect(sink.safe()).toBe(first.feed_seq - 1);
		await jest.advanceTimersByTimeAsync(199);
		expect(units).toEqual([]);
		await jest.advanceTimersByTimeAsync(1);
		expect(units).toEqual([["quiet"]]);
		expect(sink.safe()).toBe(first.feed_seq);
		await sink.take(quiet(256));
		expect(units[1]).toHaveLength(256);
		await jest.advanceTimersByTimeAsync(1_000);
		expect(units).toHaveLength(2);
		await sink.close();
	} finally {
		jest.useRealTimers();
	}
});

test("CLM-14 what waits when a reader leaves was never said to be safe", async () => {
	const { units, sink } = queues();
	const all = quiet(2);
	await sink.take(all);
	await sink.close();
	expect(units).toEqual([]);
	expect(sink.safe()).toBe((all[0]?.feed_seq ?? 0) - 1);
});

test("AUD-01 who only follows lets all facts wait, for a fifth of a second at most", async () => {
	atABeat();
	try {
		const { units, sink } = queues({ isPatient: true });
		await sink.take([sent("loud"), sent("loud")]);
		expect(units).toEqual([]);
		await jest.advanceTimersByTimeAsync(200);
		expect(units).toEqual([["loud", "loud"]]);
		await sink.close();
	} finally {
		jest.useRealTimers();
	}
});
