import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Database } from "../../mixins/database.mixin.ts";
import { stepUndone } from "../../mixins/participant.mixin.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import paymentsService from "../../services/payments/payments.service.ts";
import type { Provider } from "../../services/payments/provider.store.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import { as, broker } from "../support/broker.ts";
import { onSqlite } from "../support/on-sqlite.ts";
import { statementsOf } from "../support/statements.ts";
import { stub } from "../support/stub.ts";

const standing = new Set<string>();
const live = new Set<string>();
const neighbours = [
	stub(orders, {
		standing: async ({ params: { order_ids } }) => ({
			order_ids: order_ids.filter((id) => standing.has(id)),
		}),
	}),
	stub(sagas, {
		live: async ({ params: { saga_ids } }) => ({
			saga_ids: saga_ids.filter((id) => live.has(id)),
		}),
	}),
];
// So many faults would open the circuit, and hide what comes after.
const shop = broker([paymentsService, ...neighbours], { circuitBreaker: { enabled: false } });
let house: { db: Database; ledger: Database; provider: Provider };
let real: Provider;
beforeAll(async () => {
	await shop.start();
	house = shop.getLocalService("payments") as unknown as typeof house;
	real = { ...house.provider };
});
beforeEach(() => void Object.assign(house.provider, real));
afterAll(() => shop.stop());

const AMOUNT = 1_150;
let sagasMade = 0;
const aCapture = () => {
	const n = ++sagasMade;
	const [order_id, saga_id] = [`ord_${n}`, `saga_${n}`];
	const headers = { saga_id, saga_step: "PROCESS_PAYMENT" };
	const key = `${saga_id}:PROCESS_PAYMENT`;
	const params = { order_id, amount_cents: AMOUNT, payment_method: "credit_card" as const };
	const sum = async (db: Database, sql: string, bind: object) =>
		(await db.read((read) => read.query<{ n: number }>(sql, { ...bind })))[0]?.n ?? 0;
	return {
		order_id,
		saga_id,
		key,
		capture: () => payments.capture(shop, params, { headers }),
		giveBack: () => {
			const step = { headers: { saga_id: `${saga_id}_c`, saga_step: "REFUND_ORDER" } };
			return payments.refundOrder(shop, { order_id }, step);
		},
		undo: () => payments.refund(shop, { order_id }, { headers }),
		age: () =>
			house.db.write((tx) =>
				tx.query("update payment set created_at = '2020-01-01T00:00:00.000Z' where key = $key", {
					key,
				}),
			),
		state: async () => {
			const sql =
				"select status, failure_code, captured_cents - refunded_cents as net from payment";
			const [row] = await house.db.read((db) => db.query(`${sql} where key = $key`, { key }));
			return row;
		},
		/** What is left with the provider, in our books, and in what we have announced. */
		nets: async () => {
			const [payment] = await house.db.read((db) =>
				db.query<{ id: string }>("select id from payment where key = $key", { key }),
			);
			const facts = await house.db.read((db) =>
				db.query<{ type: string; body: string }>(
					"select type, body from outbox where key = $about",
					{ about: `payment:${payment?.id}` },
				),
			);
			const said = facts.map(({ type, body }) => {
				const { captured_cents = 0, refund_cents = 0 } = JSON.parse(body);
				if (type === "payments.captured") return captured_cents;
				return type === "payments.refunded" ? -refund_cents : 0;
			});
			return {
				provider: await sum(
					house.ledger,
					`select sum(amount_cents - refunded_cents) as n from charge
					where key = $key and status = 'captured'`,
					{ key },
				),
				books: await sum(
					house.db,
					"select sum(captured_cents - refunded_cents) as n from payment where key = $key",
					{ key },
				),
				announced: said.reduce((total, one) => total + one, 0),
			};
		},
	};
};
const all = (net: number) => ({ provider: net, books: net, announced: net });

describe("a crash", () => {
	const losesTheSecondCommit = () => {
		const { charge } = real;
		house.provider.charge = async (ask) => {
			const answer = await charge(ask);
			const { write } = house.db;
			const dead: Database["write"] = () => {
				Object.assign(house.db, { write });
				return Promise.reject(new Error("killed"));
			};
			Object.assign(house.db, { write: dead });
			return answer;
		};
	};

	test("PAY-10 between the charge and its record is finished by the next call", async () => {
		const one = aCapture();
		losesTheSecondCommit();
		await expect(one.capture()).rejects.toThrow("killed");
		expect(await one.state()).toMatchObject({ status: "CREATED" });
		Object.assign(house.provider, real);
		expect(await one.capture()).toMatchObject({ status: "CAPTURED" });
		expect(await one.nets()).toEqual(all(AMOUNT));
	});
	test("PAY-10 between the charge and its record is undone whole", async () => {
		const one = aCapture();
		losesTheSecondCommit();
		await expect(one.capture()).rejects.toThrow("killed");
		Object.assign(house.provider, real);
		await one.undo();
		expect(await one.nets()).toEqual(all(0));
		expect(await one.state()).toMatchObject({ status: "REFUNDED" });
		const late = await one.capture().catch((err) => err);
		expect(stepUndone.is(late)).toBe(true);
	});
	test("PAY-10 a charge that reaches the provider after its undo takes nothing", async () => {
		const one = aCapture();
		const [sent, undone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
		house.provider.charge = async (ask) => {
			sent.resolve();
			await undone.promise;
			return real.charge(ask);
		};
		const slow = one.capture().catch((err) => err);
		await sent.promise;
		await one.undo();
		undone.resolve();
		expect(stepUndone.is(await slow)).toBe(true);
		expect(await one.nets()).toEqual(all(0));
		expect(await one.state()).toMatchObject({ status: "FAILED", failure_code: "cancelled" });
	});
});

test("PAY-10 a charge cancelled under way is undone, not declined", async () => {
	const one = aCapture();
	const [sent, cancelled] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	house.provider.charge = async (ask) => {
		sent.resolve();
		await cancelled.promise;
		return real.charge(ask);
	};
	const capture = one.capture().catch((err) => err);
	house.provider.cancel = async (...key) => {
		const charge = await real.cancel(...key);
		cancelled.resolve();
		await capture; // its answer is recorded before ours, or is not
		return charge;
	};
	await sent.promise;
	await one.undo();
	expect(stepUndone.is(await capture)).toBe(true);
	const again = await one.capture().catch((err) => err);
	expect(stepUndone.is(again)).toBe(true);
	expect(await one.nets()).toEqual(all(0));
});

describe("interleaved", () => {
	type Op = { undo: boolean; alone: boolean };
	type Fault = { before: number; after: number; lost: "no" | "before" | "after" };
	const fault = fc.record({
		before: fc.nat(20),
		after: fc.nat(20),
		lost: fc.constantFrom("no" as const, "no" as const, "before" as const, "after" as const),
	});
	const ticks = async (count: number) => {
		for (let at = 0; at < count; at++) await new Promise((resolve) => setImmediate(resolve));
	};
	const faulty = (faults: Fault[]) => {
		const next = () => faults.shift() ?? { before: 0, after: 0, lost: "no" };
		const flawed =
			<A extends unknown[], R>(call: (...args: A) => Promise<R>) =>
			async (...args: A): Promise<R> => {
				const { before, after, lost } = next();
				await ticks(before);
				if (lost === "before") throw new Error("the request was lost");
				const answer = await call(...args);
				await ticks(after);
				if (lost === "after") throw new Error("the answer was lost");
				return answer;
			};
		Object.assign(house.provider, { charge: flawed(real.charge), cancel: flawed(real.cancel) });
	};

	const calls = fc.array(fc.record({ undo: fc.boolean(), alone: fc.boolean() }), {
		minLength: 1,
		maxLength: 6,
	});
	const play = async ({ capture, undo }: ReturnType<typeof aCapture>, ops: Op[]) => {
		const together: Promise<unknown>[] = [];
		for (const op of ops) {
			together.push((op.undo ? undo() : capture()).catch((err) => err));
			if (op.alone) await Promise.all(together.splice(0));
		}
		await Promise.all(together);
	};

	test("PAY-10 captures and undos, lost or late, end with all of the money or none", async () => {
		const ends = async (ops: Op[], faults: Fault[]) => {
			const one = aCapture();
			faulty([...faults]);
			await play(one, ops);
			Object.assign(house.provider, real);

			const isUndone = ops.some(({ undo }) => undo);
			if (isUndone) await one.undo();
			const last = await one.capture().catch((err) => err);
			expect(isUndone ? last.type : last.status).toBe(isUndone ? "SAGA_STEP_UNDONE" : "CAPTURED");
			expect(await one.nets()).toEqual(all(isUndone ? 0 : AMOUNT));
		};
		const property = fc.asyncProperty(calls, fc.array(fault, { maxLength: 8 }), ends);
		await fc.assert(property, { numRuns: 120 });
	});
});

describe("the sweep", () => {
	test("U-08 gives back what was captured for an order that never came to be", async () => {
		const [stands, lives, orphan, stuck, fresh] = Array.from({ length: 5 }, aCapture);
		for (const one of [stands!, lives!, orphan!, fresh!]) await one.capture();
		house.provider.charge = () => Promise.reject(new Error("no answer"));
		await stuck!.capture().catch(() => {});
		Object.assign(house.provider, real);
		for (const one of [stands!, lives!, orphan!, stuck!]) await one.age();
		standing.add(stands!.order_id);
		live.add(lives!.saga_id);
		expect(await payments.orphans(shop, {})).toEqual({ count: 4 });

		expect(await payments.sweep(shop, {}, as("service"))).toEqual({ looked_at: 4, refunded: 2 });
		expect(await orphan!.nets()).toEqual(all(0));
		expect(await stuck!.state()).toMatchObject({ status: "FAILED", failure_code: "cancelled" });
		expect(await lives!.nets()).toEqual(all(AMOUNT));
		expect(await fresh!.nets()).toEqual(all(AMOUNT));

		live.clear();
		expect(await payments.sweep(shop, {}, as("service"))).toEqual({ looked_at: 1, refunded: 1 });
		expect(await payments.orphans(shop, {})).toEqual({ count: 0 });
		expect(await stands!.nets()).toEqual(all(AMOUNT));
		const late = await orphan!.capture().catch((err) => err);
		expect(stepUndone.is(late)).toBe(true);
	});
});

test("PAY-02 a refund whose answer was lost is ended by a repeat, or by the sweep, once", async () => {
	const { refund } = real;
	house.provider.refund = async (...ask) => {
		await refund(...ask);
		throw new Error("the answer was lost");
	};
	const [repeated, swept] = [aCapture(), aCapture()];
	for (const one of [repeated, swept]) {
		await one.capture();
		await expect(one.giveBack()).rejects.toThrow("lost");
	}
	Object.assign(house.provider, real);
	expect(await repeated.giveBack()).toEqual({ refunded_cents: AMOUNT });
	await house.db.write((tx) => tx.query("update refund set created_at = '2020'"));
	await payments.sweep(shop, {}, as("service"));
	expect(await swept.nets()).toEqual(all(0));
	expect(await swept.giveBack()).toEqual({ refunded_cents: AMOUNT });
	expect(await repeated.nets()).toEqual(all(0));
});

onSqlite(
	"a capture takes 6 statements of ours, with its fact, and 2 of the provider's",
	async () => {
		await aCapture().capture(); // prepared once
		const isRelay = (sql: string) => /outbox_cursor|feed_seq/.test(sql);
		const seen = await statementsOf(aCapture().capture);
		expect(seen.filter((sql) => !isRelay(sql))).toHaveLength(8);
	},
);
