import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { keyReused } from "../../lib/idempotency.ts";
import { refusal } from "../../lib/refusal.ts";
import { service } from "../../lib/service.ts";
import { database } from "../../mixins/database.mixin.ts";
import { foreign } from "../../mixins/foreign.mixin.ts";
import { participant } from "../../mixins/participant.mixin.ts";
import { as, broker } from "../support/broker.ts";

const full = refusal("CABIN_FULL", 409, { en: "No cabin is left", fr: "Plus de cabine" });
const cabins = contract("cabins", {
	take: action({ params: { deck: Type.String() }, returns: Type.Integer(), refusals: [full] }),
	swap: action({ params: { deck: Type.String() }, returns: Type.Integer() }),
	book: action({ params: { deck: Type.String() }, returns: Type.String() }),
	give: action({ params: {} }),
});
const asked: string[] = [];
let taken = 0;
let free = 0;
let isBroken = false;
const cabinsService = service(cabins, {
	mixins: [database, participant, foreign],
	actions: {
		take(ctx) {
			return this.once(ctx, async () => {
				if (isBroken) throw new Error("disk full");
				if (taken >= free) throw full();
				return ++taken;
			});
		},
		swap(ctx) {
			return this.once(ctx, async () => ++taken);
		},
		book(ctx) {
			return this.onceAbroad<string, string>(ctx, {
				async begin() {},
				async ask(key) {
					asked.push(key);
					return `booked ${asked.length}`;
				},
				settle: async (_, outcome) => outcome,
			});
		},
		give(ctx) {
			return this.undo(ctx, async () => void taken--);
		},
	},
});

const ship = broker([cabinsService]);
beforeAll(() => ship.start());
afterAll(() => ship.stop());

interface Asking {
	key?: string;
	hash?: string;
	who?: string;
	consumer?: string;
}
let keys = 0;
const aShip = (cabinsLeft: number) => {
	taken = 0;
	free = cabinsLeft;
	const usual = `key:${keys++}`;
	return async (asked: Asking = {}, call: "take" | "swap" = "take") => {
		const { key = usual, hash = "h1", who = "ada", consumer = "app" } = asked;
		const meta: { $replayed?: boolean } = {};
		const identity = as("customer", { actor: who, consumer });
		const headers = { ...identity.headers, idempotency_key: key, idempotency_hash: hash };
		const reply = await ship
			.call<number, object>(`cabins.${call}`, { deck: "A" }, { headers, meta })
			.catch((err) => err);
		return [reply, meta.$replayed ?? false] as const;
	};
};

test("a request repeated with its key has one effect, and its first answer, marked as replayed", async () => {
	const take = aShip(5);
	expect(await take()).toEqual([1, false]);
	expect(await take()).toEqual([1, true]);
	expect(taken).toBe(1);
});

test("of requests that meet with one key, one has an effect and all have its answer", async () => {
	const take = aShip(5);
	const answers = await Promise.all(Array.from({ length: 8 }, () => take()));
	expect(answers.map(([reply]) => reply)).toEqual(Array(8).fill(1));
	expect(answers.filter(([, isReplayed]) => !isReplayed)).toHaveLength(1);
	expect(taken).toBe(1);
});

test("a refusal is an answer: it is replayed, even if the request would now succeed", async () => {
	const take = aShip(0);
	const [first] = await take();
	free = 5;
	const [again, isReplayed] = await take();
	expect([full.is(first), full.is(again), isReplayed, taken]).toEqual([true, true, true, 0]);
});

test("a key that comes with another request is refused, and does nothing", async () => {
	const take = aShip(5);
	await take();
	const [reply, isReplayed] = await take({ hash: "h2" });
	expect([keyReused.is(reply), isReplayed, taken]).toEqual([true, false, 1]);
});

test("a key belongs to its actor, its consumer and its action", async () => {
	const take = aShip(9);
	const replies = [
		await take(),
		await take({ who: "bob" }),
		await take({ consumer: "till" }),
		await take({}, "swap"),
	];
	expect(replies).toEqual([1, 2, 3, 4].map((reply) => [reply, false]));
});

test("an outage is no answer: the request can be made again with its key", async () => {
	const take = aShip(5);
	isBroken = true;
	expect((await take())[0]).toMatchObject({ message: "disk full" });
	isBroken = false;
	expect(await take()).toEqual([1, false]);
});

test("an undo that a person asks for is done, whatever its key", async () => {
	const take = aShip(5);
	await take();
	const { headers } = as("admin", {}, { idempotency_key: "undo", idempotency_hash: "h" });
	await cabins.give(ship, {}, { headers });
	expect(taken).toBe(0);
});

test("an effect elsewhere is asked for by one key, however often its request comes", async () => {
	const ask = (hash: string) => {
		const { headers } = as("customer", {}, { idempotency_key: "abroad", idempotency_hash: hash });
		const meta: { $replayed?: boolean } = {};
		return ship
			.call<string, object>("cabins.book", { deck: "A" }, { headers, meta })
			.then((reply) => [reply, meta.$replayed ?? false]);
	};
	const [first] = await ask("h1");
	expect(await ask("h1")).toEqual([first, true]);
	expect(new Set(asked).size).toBe(1);
});
