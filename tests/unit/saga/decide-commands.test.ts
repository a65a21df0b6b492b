import { describe, expect, test } from "@jest/globals";
import { orderCancellation } from "../../../sagas/order-cancellation.saga.ts";
import { BLOCKED_MS, BUDGET_MS } from "../../../services/saga/draft.ts";
import { play } from "../../support/play.ts";
import { shopping, soldOut } from "../../support/shop.saga.ts";

const input = { id: "x" };
const begun = (options = {}) => play(shopping, input, options);
function upTo(name: string) {
	const game = begun();
	while (game.call?.step !== name) game.ok({ n: 1 });
	return game;
}
const turned = () => upTo("MAKE").refuses(soldOut.code);
const blockedUndo = () => turned().later(BUDGET_MS).lost();
const evidence = "seen with my own eyes";

describe("retry", () => {
	test("calls at once what waits, and its budget starts again", () => {
		const game = blockedUndo();
		game.later(1_000).says("retry");
		expect(game.call).toMatchObject({ step: "TAKE", direction: "undo", attempt: 2 });
		expect(game.call?.budget_until).toBe(game.now + BUDGET_MS);
		expect(game.decisions.at(-1)?.says).toEqual(["commanded"]);
	});
	test("lets a call under way be", () => {
		const game = upTo("TAKE");
		game.says("retry");
		expect(game.call).toBeUndefined();
		expect(game.ok().call?.step).toBe("MAKE");
	});
	test("is ignored once the saga has ended", () => {
		expect(upTo("CLOSE").ok().says("retry")).toBe("ignored");
	});
});

describe("retryStep", () => {
	test("corrects the params of a retriable step, or of an undo", () => {
		const game = upTo("KEEP").lost();
		game.says("retryStep", { step: "KEEP", params: { id: "y" } });
		expect(game.call).toMatchObject({ step: "KEEP", params: { id: "y" } });
		const back = blockedUndo();
		back.says("retryStep", { step: "UNTAKE", params: { id: "y" } });
		expect(back.call).toMatchObject({ step: "TAKE", direction: "undo", params: { id: "y" } });
	});
	test("does not correct what may have been done under other params", () => {
		const game = upTo("GO").lost();
		expect(game.says("retryStep", { step: "GO", params: { id: "y" } })).toBe("wrong_state");
	});
	test("is about the step that waits, and no other", () => {
		expect(upTo("KEEP").lost().says("retryStep", { step: "GO" })).toBe("wrong_state");
		expect(upTo("KEEP").says("retryStep", { step: "KEEP" })).toBe("wrong_state");
	});
});

describe("skip", () => {
	test("vouches that a blocked undo is done: the saga goes on, counted as an exception", () => {
		const game = blockedUndo();
		game.says("skip", { step: "TAKE", outcome: "done", evidence });
		expect(game.state).toMatchObject({ status: "COMPENSATED", exceptions: 1, blocked: false });
	});
	test("vouches for a pivot either way", () => {
		const done = upTo("GO").later(BUDGET_MS).lost();
		done.says("skip", { step: "GO", outcome: "done", evidence });
		expect(done.call?.step).toBe("KEEP");
		const not = upTo("GO").later(BUDGET_MS).lost();
		not.says("skip", { step: "GO", outcome: "not_done", evidence });
		expect(not.call).toMatchObject({ step: "MAKE", direction: "undo" });
	});
	test("needs evidence, and a saga that is blocked", () => {
		expect(blockedUndo().says("skip", { step: "TAKE", outcome: "done" })).toBe("wrong_state");
		const word = { step: "TAKE", outcome: "done", evidence } as const;
		expect(upTo("TAKE").lost().says("skip", word)).toBe("wrong_state");
	});
	test("of an undo or a retriable step cannot say that it is not done", () => {
		const word = { outcome: "not_done", evidence } as const;
		expect(blockedUndo().says("skip", { ...word, step: "TAKE" })).toBe("wrong_state");
		const kept = upTo("KEEP").later(BUDGET_MS).lost();
		expect(kept.says("skip", { ...word, step: "KEEP" })).toBe("wrong_state");
	});
	test("is about the step that is blocked, by either name, and no other", () => {
		const word = { outcome: "done", evidence } as const;
		expect(blockedUndo().says("skip", { ...word, step: "MAKE" })).toBe("wrong_state");
		expect(blockedUndo().says("skip", { ...word, step: "UNTAKE" })).not.toBe("wrong_state");
	});
	test("without the reply that a later step needs blocks that step, and undoes nothing", () => {
		const game = upTo("KEEP").later(BUDGET_MS).lost();
		game.says("skip", { step: "KEEP", outcome: "done", evidence });
		expect(game.state).toMatchObject({ status: "RUNNING", blocked: true });
		expect(game.step("CLOSE").do.error?.type).toBe("DEFINITION_ERROR");
		expect(game.due().call).toBeUndefined();
		expect((game.state.wake_at ?? 0) - game.now).toBeLessThanOrEqual(BLOCKED_MS);
		game.says("retryStep", { step: "CLOSE", params: { id: "x1" } });
		expect(game.call).toMatchObject({ step: "CLOSE", params: { id: "x1" } });
		expect(game.ok().state.status).toBe("COMPLETED");
	});
});

describe("cancel", () => {
	test("SAG-05 of a PENDING saga ends it by the one path there is", () => {
		const game = begun({ admit: false });
		game.says("cancel");
		expect(game.state.status).toBe("COMPENSATED");
		expect(game.passed).toEqual(["PENDING", "LOOKING", "COMPENSATING", "COMPENSATED"]);
	});
	test("shows no state of another definition", () => {
		const game = play(orderCancellation, { order_id: "ord_1" }, { admit: false });
		game.says("cancel");
		expect(game.passed).toEqual(["PENDING", "COMPENSATING", "COMPENSATED"]);
	});
	test.each(["ok", "lost"] as const)("turns once the call in flight is %s", (what) => {
		const game = upTo("MAKE");
		game.says("cancel", { reason: "changed my mind" });
		expect(game.state.status).toBe("RUNNING");
		game[what]();
		expect(game.call).toMatchObject({ step: "MAKE", direction: "undo" });
		expect(game.state.error?.type).toBe("SAGA_CANCELLED");
		expect(game.state.message).toBe("Annulée");
	});
	test("turns at once where nothing is in flight", () => {
		const game = upTo("MAKE").lost();
		game.says("cancel");
		expect(game.call).toMatchObject({ step: "MAKE", direction: "undo" });
		expect(game.state.message).toBe("Annulée");
	});
	test("G8 is past the pivot once that has an intent", () => {
		expect(upTo("GO").says("cancel")).toBe("past_pivot");
		expect(upTo("KEEP").says("cancel")).toBe("past_pivot");
		expect(upTo("CLOSE").ok().says("cancel")).toBe("past_pivot");
	});
	test("repeated, changes nothing more", () => {
		const game = turned();
		expect(game.says("cancel")).toBe("ignored");
		expect(game.ok().says("cancel")).toBe("ignored");
	});
});

describe("pause and resume", () => {
	test("records the outcome of the call in flight, and lets nothing new leave", () => {
		const game = upTo("TAKE");
		game.says("pause");
		game.ok({ n: 1 });
		expect(game.call).toBeUndefined();
		expect(game.step("TAKE").do.status).toBe("OK");
		game.tell({ type: "DUE" });
		expect(game.call).toBeUndefined();
		expect(game.resumed().call).toBeUndefined();
		game.says("resume");
		expect(game.call).toMatchObject({ step: "MAKE", attempt: 1 });
	});
	test("holds a compensation too", () => {
		const game = upTo("MAKE");
		game.says("pause");
		game.refuses(soldOut.code);
		expect(game.state).toMatchObject({ status: "COMPENSATING", paused: true });
		expect(game.call).toBeUndefined();
		game.says("resume");
		expect(game.call).toMatchObject({ step: "TAKE", direction: "undo" });
	});
	test("holds what waits to be called again", () => {
		const game = upTo("TAKE").lost();
		game.says("pause");
		expect(game.due().call).toBeUndefined();
		game.says("resume");
		expect(game.call).toMatchObject({ step: "TAKE", attempt: 2 });
	});
	test("holds a PENDING saga", () => {
		const game = begun({ admit: false });
		game.says("pause");
		expect(game.due().state.status).toBe("PENDING");
		game.says("resume");
		expect(game.due().state.status).toBe("RUNNING");
	});
	test("does not take a saga past its pivot once it is out of time", () => {
		const game = upTo("MAKE");
		game.says("pause");
		game.ok({ n: 1 }).later(60_000).says("resume");
		expect(game.call).toMatchObject({ step: "MAKE", direction: "undo" });
	});
	test("repeated, changes nothing more", () => {
		const game = upTo("TAKE");
		expect(game.says("resume")).toBe("ignored");
		game.says("pause");
		expect(game.says("pause")).toBe("ignored");
	});
});
