import { expect, test } from "@jest/globals";
import type { Context } from "moleculer";
import { orderCancellation } from "../../../sagas/order-cancellation.saga.ts";
import { begin } from "../../../services/saga/begin.ts";

const asked = (key: string, hash: string) =>
	({
		headers: { idempotency_key: key, idempotency_hash: hash },
		action: { name: "saga.cancelOrder" },
		locals: {},
		meta: {},
	}) as unknown as Context;

/** An engine that starts nothing the first `times`, since another saga has the order. */
function houseWhere(times: number, holder: object | undefined) {
	const started: string[] = [];
	const house = {
		engine: {
			wait: async () => undefined,
			async start({ saga_id }: { saga_id: string }) {
				started.push(saga_id);
				return started.length > times;
			},
		},
		journal: {
			asked: async () => undefined,
			holder: async () => holder,
			load: async () => undefined,
		},
		hashes: new Map(),
		faultsOf: new Map(),
	};
	return { house: house as unknown as Parameters<typeof begin>[0], started };
}

const cancel = { input: async () => ({ order_id: "ord_1" }) };

test("a start that lost to a saga that has just ended is tried again, under an id of its own", async () => {
	const { house, started } = houseWhere(2, undefined);
	const { saga_id } = await begin(house, asked("key-0001", "a"), orderCancellation, cancel);
	expect(started).toHaveLength(3);
	expect(new Set(started)).toEqual(new Set([...started, saga_id]));
});

test("a start that loses again and again is busy, not broken", async () => {
	const { house } = houseWhere(99, undefined);
	const lost = begin(house, asked("key-0001", "a"), orderCancellation, cancel);
	await expect(lost).rejects.toMatchObject({ type: "SAGA_BUSY", code: 503 });
});

test("who asks the same thing with a key of its own joins; the same key with another body is refused", async () => {
	const head = {
		saga_id: "saga_1",
		request_key: "idem::guest:saga.cancelOrder/key-0001",
		request_hash: "a",
	};
	const { house } = houseWhere(99, { head, state: { input: {} } });
	const joined = await begin(house, asked("key-0002", "b"), orderCancellation, cancel);
	expect(joined.saga_id).toBe("saga_1");
	const reused = begin(house, asked("key-0001", "b"), orderCancellation, cancel);
	await expect(reused).rejects.toMatchObject({ type: "IDEMPOTENCY_KEY_REUSED" });
});
