import { describe, expect, test } from "@jest/globals";
import { orderProcessing } from "../../sagas/order-processing.saga.ts";
import { hashOf } from "../../services/saga/definitions.ts";
import type { Dispatch } from "../../services/saga/dispatch.ts";
import { engine } from "../../services/saga/engine.ts";
import type { Head } from "../../services/saga/journal.ts";
import type { Call, State } from "../../services/saga/state.ts";
import { seeded, virtualClock } from "../support/simulate-clock.ts";
import { apply, readsOf, runsOf, store } from "../support/simulate-journal.ts";

const line = { location_id: "online", product_id: "1", quantity: 1 };
const input = (order_id: string): State["input"] => ({
	order_id,
	customer_id: "1",
	lines: [line],
	payment_method: "credit_card",
});
const headOf = (saga_id: string, business_key: string, over: Partial<Head> = {}): Head => ({
	saga_id,
	name: orderProcessing.name,
	version: orderProcessing.version,
	hash: hashOf(orderProcessing),
	business_key,
	request_key: `key/${saga_id}`,
	correlation_id: "req_1",
	actor: "customer_1",
	...over,
});
const REPLIES: Record<string, unknown> = {
	CREATE_ORDER: { id: "ord_1", status: "PENDING", total_cents: 1_200 },
	PROCESS_PAYMENT: { id: "pay_1" },
};
const agrees: Dispatch = async (_, { step }) => ({ outcome: "OK", reply: REPLIES[step] });

/** An engine whose commits wait until they are let through. */
function bench({
	dispatch = agrees,
	isOpen = true,
}: {
	dispatch?: Dispatch;
	isOpen?: boolean;
} = {}) {
	const kept = store();
	const calls: Call[] = [];
	const gate = { isOpen, waiting: [] as (() => void)[] };
	const clock = virtualClock(seeded(1));
	const made = engine({
		journal: {
			...readsOf(kept),
			async commit(batch) {
				if (!gate.isOpen) await new Promise<void>((go) => gate.waiting.push(go));
				return apply(kept, batch);
			},
		},
		dispatch(head, call) {
			calls.push(call);
			return dispatch(head, call);
		},
		clock,
		definition: ({ name, version }) =>
			name === orderProcessing.name && version === orderProcessing.version
				? orderProcessing
				: undefined,
		seen: () => {},
		warn: () => {},
	});
	const quiet = () => clock.run(() => runsOf(kept).every(({ state }) => state.finished_at), 1e6);
	const letOne = async () => {
		gate.waiting.shift()?.();
		await new Promise<void>((next) => setImmediate(next));
	};
	return { made, kept, calls, gate, quiet, letOne };
}

describe("an engine", () => {
	test("G10 nothing is called and nobody is answered before what it rests on is committed", async () => {
		const { made, calls, kept, letOne, gate } = bench({ isOpen: false });
		let isAnswered = false;
		const started = made.start(headOf("saga_1", "ord_1"), input("ord_1")).then((is) => {
			isAnswered = true;
			return is;
		});
		for (let written = 0; written < 6; written++) {
			await new Promise<void>((next) => setImmediate(next));
			// One call for each commit so far, and the next intent is not yet known to anybody.
			expect([written, calls.length, isAnswered]).toEqual([written, written, written > 0]);
			expect(runsOf(kept)[0]?.rev ?? 0).toBe(written);
			expect(gate.waiting).toHaveLength(1);
			if (written < 5) await letOne();
		}
		expect(runsOf(kept)[0]?.state.status).toBe("RUNNING");
		await letOne();
		expect(await started).toBe(true);
		expect(runsOf(kept)[0]?.state.status).toBe("COMPLETED");
	});

	test("G1 a business key has one saga that lives or is completed; after COMPENSATED it may start again", async () => {
		const no = { type: "OUT_OF_STOCK", code: 409, message: "none" };
		let isSoldOut = true;
		const { made, kept, quiet } = bench({
			dispatch: async (head, call) =>
				isSoldOut ? { outcome: "REJECTED", error: no } : agrees(head, call),
		});
		const start = (id: string) => made.start(headOf(id, "ord_1"), input("ord_1"));
		const states = () => runsOf(kept).map(({ state }) => state.status);

		expect(await Promise.all([start("saga_1"), start("saga_2")])).toEqual([true, false]);
		await quiet();
		expect(states()).toEqual(["COMPENSATED"]);
		isSoldOut = false;
		expect(await start("saga_3")).toBe(true);
		await quiet();
		expect(await start("saga_4")).toBe(false);
		expect(states()).toEqual(["COMPENSATED", "COMPLETED"]);
	});

	test("G13 a saga of a version that is not here is not driven by another one: it waits", async () => {
		const { made, kept, calls, quiet } = bench();
		await made.start(headOf("saga_1", "ord_1"), input("ord_1"));
		await quiet();
		const done = calls.length;
		const [run] = runsOf(kept);
		const other = { ...run!, head: { ...run!.head, saga_id: "saga_2", version: 2 } };
		expect(made.adopt(other)).toBe(true); // there is room, and nothing to wait for
		await quiet();
		expect([calls.length, made.drives("saga_2")]).toEqual([done, false]);
	});
});
