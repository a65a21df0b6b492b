import { describe, expect, test } from "@jest/globals";
import { gate } from "../../../services/saga/gate.ts";
import { virtualClock } from "../../support/simulate-clock.ts";

/** A gate, and those who have been let through or turned away, in order. */
function door(random = 0) {
	const clock = virtualClock(() => random);
	const one = gate(clock);
	const went: string[] = [];
	const knock = (name: string, limit_ms = 60_000) =>
		void one.enter(clock.now() + limit_ms).then((may) => went.push(may ? name : `not ${name}`));
	const pass = (ms: number) => clock.run(() => false, ms);
	const knockAll = (n: number) => {
		for (let k = 0; k < n; k++) knock(String(k));
	};
	return { one, went, knock, knockAll, pass };
}

describe("SAG-26 the gate of an action", () => {
	test("lets 64 calls through at a time, the next when one has left", async () => {
		const { one, went, knockAll, pass } = door();
		knockAll(70);
		await pass(0);
		expect(went).toHaveLength(64);
		one.leave("OK");
		await pass(0);
		expect(went).toHaveLength(65);
	});
	test("closes where nobody answers, then tries one call", async () => {
		const { one, went, knock, knockAll, pass } = door();
		knock("first");
		await pass(0);
		one.leave("RETRYABLE");
		expect(one.isClosed()).toBe(true);
		knockAll(3);
		await pass(199);
		expect(went).toEqual(["first"]);
		await pass(1);
		expect(went).toEqual(["first", "0"]);
		expect(one.leave("OK")).toBe(true); // a silence has ended
		await pass(0);
		expect(went).toEqual(["first", "0", "1", "2"]);
		expect(one.leave("OK")).toBe(false);
	});
	test("says that the action answers again when it is well after an answer that nobody knows", async () => {
		const { one, knockAll, pass } = door();
		knockAll(6);
		await pass(0);
		const answers = ["OK", "UNKNOWN", "REJECTED", "UNKNOWN", "OK", "OK"] as const;
		const said = answers.map((outcome) => one.leave(outcome));
		expect(said).toEqual([false, false, false, false, true, false]);
	});
	test.each([
		[0, 200],
		[1, 2_000],
	])("with chance %d stays closed for %d ms", async (chance, ms) => {
		const { one, went, knock, pass } = door(chance);
		knock("first");
		await pass(0);
		one.leave("RETRYABLE");
		knock("trial");
		await pass(ms - 1);
		expect(went).toHaveLength(1);
		await pass(1);
		expect(went).toHaveLength(2);
	});
	test("tries one call at a time, however many found nobody", async () => {
		const { one, went, knockAll, pass } = door(0);
		knockAll(70);
		await pass(0);
		for (let n = 0; n < 64; n++) {
			one.leave("RETRYABLE");
			await pass(1);
		}
		await pass(198); // each has found nobody at another moment: the last one counts
		expect(went).toHaveLength(64);
		await pass(1);
		expect(went).toHaveLength(65);
	});
	test("turns away who has no time left to wait", async () => {
		const { one, went, knock, pass } = door();
		knock("first");
		await pass(0);
		one.leave("RETRYABLE");
		knock("second", 100);
		await pass(100);
		expect(went).toEqual(["first", "not second"]);
	});
});
