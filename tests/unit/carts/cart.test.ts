import { describe, expect, test } from "@jest/globals";
import type { Scope } from "../../../lib/scope.ts";
import { wrongState } from "../../../lib/state.ts";
import {
	checkedOut,
	converted,
	isDue,
	isOwn,
	LIFE_MS,
	moved,
	opened,
	own,
	ownersOf,
	reopened,
	touched,
} from "../../../services/carts/cart.ts";
import {
	type CartHead,
	CartStatus,
	cartEmpty,
	cartNotFound,
} from "../../../services/carts/carts.contract.ts";

const NOW = Date.parse("2026-03-02T15:00:00.000Z");
const ofSession = opened({ session_id: "s1" }, {}, NOW);
const ofCustomer = opened({ customer_id: "1" }, {}, NOW);
const cart = (over: Partial<CartHead> = {}): CartHead => ({ ...ofSession, ...over });
const who = (role: Scope["role"], scope: Partial<Scope> = {}): Scope => ({
	actor: "test",
	role,
	...scope,
});
const thrownBy = (work: () => unknown): unknown => {
	try {
		return void work();
	} catch (err) {
		return err;
	}
};

describe("a cart's life", () => {
	const allowed = ["ACTIVE>CHECKING_OUT", "ACTIVE>EXPIRED", "CHECKING_OUT>ACTIVE"];
	allowed.push("CHECKING_OUT>CONVERTED");
	const moves = CartStatus.enum.flatMap((from) => CartStatus.enum.map((to) => ({ from, to })));

	test.each(moves)("CRT-12 $from to $to: only as the table of states says", ({ from, to }) => {
		const move = () => moved(cart({ status: from }), to, NOW);
		if (allowed.includes(`${from}>${to}`)) expect(move()).toMatchObject({ status: to, version: 2 });
		else expect(wrongState.is(thrownBy(move))).toBe(true);
	});

	test("CRT-04 it ends a life after its last change, which every change renews", () => {
		expect(isDue(cart(), NOW + LIFE_MS - 1)).toBe(false);
		expect(isDue(cart(), NOW + LIFE_MS)).toBe(true);
		expect(isDue(cart({ status: "CHECKING_OUT" }), NOW + LIFE_MS)).toBe(false);
		const renewed = touched(cart(), NOW + LIFE_MS - 1);
		expect(isDue(renewed, NOW + LIFE_MS + 1)).toBe(false);
		expect(renewed.version).toBe(2);
	});

	test.each(["CHECKING_OUT", "CONVERTED", "EXPIRED"] as const)("CRT-02 %s: closed", (status) => {
		const err = thrownBy(() => touched(cart({ status }), NOW));
		expect(wrongState.is(err)).toBe(true);
		expect(err).toMatchObject({ data: { state: status, allowed: "ACTIVE" } });
	});

	test("CRT-04 a cart past its time is closed before anybody has said so", () => {
		expect(thrownBy(() => touched(cart(), NOW + LIFE_MS))).toMatchObject({
			data: { state: "EXPIRED" },
		});
	});
});

describe("checkout", () => {
	test("CRT-08 happens once: again, the cart stays as it is", () => {
		const out = checkedOut(cart(), 1, NOW);
		expect(out.status).toBe("CHECKING_OUT");
		expect(checkedOut(out, 1, NOW)).toBe(out);
		const sold = moved(out, "CONVERTED", NOW);
		expect(checkedOut(sold, 1, NOW)).toBe(sold);
	});

	test("CRT-08 needs something in the cart, and a cart that lives", () => {
		expect(cartEmpty.is(thrownBy(() => checkedOut(cart(), 0, NOW)))).toBe(true);
		expect(wrongState.is(thrownBy(() => checkedOut(cart(), 1, NOW + LIFE_MS)))).toBe(true);
		const gone = cart({ status: "EXPIRED" });
		expect(wrongState.is(thrownBy(() => checkedOut(gone, 1, NOW)))).toBe(true);
	});

	test("CRT-12 a saga that fails gives the cart back, to live and be checked out again", () => {
		const out = cart({ status: "CHECKING_OUT", saga_id: "saga_1" });
		const back = reopened(out, "saga_1", NOW + LIFE_MS);
		expect(back).toMatchObject({ status: "ACTIVE" });
		expect(back).not.toHaveProperty("saga_id");
		expect(isDue(back, NOW + LIFE_MS + 1)).toBe(false);
	});

	test("CRT-12 it is given back before it has learnt its saga's name, too", () => {
		const out = cart({ status: "CHECKING_OUT" });
		expect(reopened(out, "saga_1", NOW).status).toBe("ACTIVE");
		expect(reopened(out, undefined, NOW).status).toBe("ACTIVE");
	});

	test("CRT-12 another saga's end, or no saga's, changes nothing", () => {
		const out = cart({ status: "CHECKING_OUT", saga_id: "saga_2" });
		expect(reopened(out, "saga_1", NOW)).toBe(out);
		expect(reopened(out, undefined, NOW)).toBe(out);
		for (const status of ["ACTIVE", "CONVERTED", "EXPIRED"] as const) {
			const other = cart({ status });
			expect(reopened(other, "saga_1", NOW)).toBe(other);
		}
	});

	test("CRT-12 a confirmed order converts its cart, one ordered without checkout too, once", () => {
		const states = (status: CartStatus) =>
			converted(cart({ status }), "saga_1", NOW).map(({ status, saga_id }) => [status, saga_id]);
		expect(states("CHECKING_OUT")).toEqual([["CONVERTED", "saga_1"]]);
		expect(states("ACTIVE")).toEqual([
			["CHECKING_OUT", "saga_1"],
			["CONVERTED", "saga_1"],
		]);
		expect(states("CONVERTED")).toEqual([]);
		expect(states("EXPIRED")).toEqual([]);
	});
});

describe("whose it is", () => {
	const guest = who("guest");
	const one = who("customer", { customer_id: "1" });
	const two = who("customer", { customer_id: "2" });

	test.each([
		["a guest who names the session", guest, ofSession, "s1", true],
		["a guest who names another", guest, ofSession, "s2", false],
		["a guest with no more than the id", guest, ofSession, undefined, false],
		["a guest, a customer's cart", guest, ofCustomer, "s1", false],
		["a guest who says to be a customer", { ...guest, customer_id: "1" }, ofCustomer, "s1", false],
		["its customer", one, ofCustomer, undefined, true],
		["another customer", two, ofCustomer, "s1", false],
		["a customer in the session that filled it", one, ofSession, "s1", true],
		["a customer without the session", one, ofSession, undefined, false],
		["a cashier", who("cashier"), ofCustomer, undefined, true],
		["a context", who("service"), ofSession, undefined, true],
		["a supplier", who("supplier"), ofCustomer, undefined, false],
		["an auditor", who("auditor"), ofSession, undefined, false],
	])("CRT-13 AUT-26 %s", (_, scope, head, session_id, answer) => {
		expect(isOwn(scope, head, session_id)).toBe(answer);
		const err = thrownBy(() => own(scope, head, session_id));
		expect(cartNotFound.is(err)).toBe(!answer);
	});

	test("CRT-01 a customer's new cart is its own, whatever session it names", () => {
		expect(ownersOf(one, { session_id: "s1" })).toEqual([
			{ session_id: "s1" },
			{ customer_id: "1" },
		]);
		expect(ownersOf(one, { customer_id: "2" })).toEqual([{ customer_id: "1" }]);
		expect(ownersOf(guest, { session_id: "s1", customer_id: "2" })).toEqual([{ session_id: "s1" }]);
		expect(ownersOf(guest, {})).toEqual([]);
		expect(ownersOf(who("cashier"), { customer_id: "2" })).toEqual([{ customer_id: "2" }]);
	});
});
