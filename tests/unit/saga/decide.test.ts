import { describe, expect, test } from "@jest/globals";
import { BLOCKED_MS, BUDGET_MS, TIMEOUT_MS } from "../../../services/saga/draft.ts";
import { type Game, play, T0 } from "../../support/play.ts";
import { shopping, soldOut } from "../../support/shop.saga.ts";

const input = { id: "x" };
const begun = (options = {}) => play(shopping, input, options);
/** Every step before the named one is done, and it is being called. */
function upTo(name: string) {
	const game = begun();
	while (game.call?.step !== name) game.ok({ n: 1 });
	return game;
}
/** MAKE was refused, so TAKE is being undone. */
const turned = () => upTo("MAKE").refuses(soldOut.code);
const told = (game: Game) => game.decisions.at(-1)?.says;

describe("a saga that begins", () => {
	test("calls its first step in the decision that makes it", () => {
		const { state, call, passed, decisions } = begun();
		expect(state).toMatchObject({ status: "RUNNING", state: "LOOKING", finished_at: null });
		expect(call).toMatchObject({ step: "LOOK", direction: "do", attempt: 1, params: input });
		expect(passed).toEqual(["PENDING", "LOOKING"]);
		expect(decisions[0]?.says).toEqual(["started"]);
	});
	test("SAG-04 without room is PENDING, until it is due", () => {
		const game = begun({ admit: false });
		expect(game.state).toMatchObject({ status: "PENDING", steps: [], wake_at: T0 });
		expect(game.call).toBeUndefined();
		game.due();
		expect(game.call).toMatchObject({ step: "LOOK" });
	});
	test("is not begun twice", () => {
		const again = { type: "STARTED" as const, saga_id: "saga_2", input, admit: true };
		expect(begun().tell(again)).toBe("ignored");
	});
});

describe("a step that is OK", () => {
	test("keeps its reply, and the next is called with what is known", () => {
		const game = upTo("CLOSE");
		expect(game.step("KEEP").do).toMatchObject({ status: "OK", reply: { n: 1 } });
		expect(game.step("KEEP").do.params).toBeUndefined();
		expect(game.call?.params).toEqual({ id: "x1" });
	});
	test("writes down how it is undone before it is called", () => {
		expect(upTo("TAKE").step("TAKE").undo).toMatchObject({ status: "INTENDED", params: input });
	});
	test("completes the saga when it is the last", () => {
		const game = upTo("CLOSE").ok({ n: 2 });
		expect(game.state).toMatchObject({
			status: "COMPLETED",
			message: "Bought",
			wake_at: null,
			finished_at: T0,
		});
		expect(told(game)).toEqual(["ended"]);
	});
});

describe.each(["LOOK", "TAKE", "MAKE"])("before the pivot, %s", (name) => {
	test("that is refused turns the saga, and is not undone itself", () => {
		const game = upTo(name).refuses(soldOut.code, { left: 2 });
		expect(game.state.error).toMatchObject({ step: name, type: soldOut.code });
		expect(game.state.message).toBe("Épuisé");
		expect(game.decisions.at(-1)?.says[0]).toBe("turned");
		expect(game.step(name).undo?.status ?? "INTENDED").toBe("INTENDED");
	});
	test.each(["lost", "nobody"] as const)("whose call is %s is called again later", (what) => {
		const game = upTo(name)[what]();
		expect(game.state).toMatchObject({ status: "RUNNING", wake_at: expect.any(Number) });
		expect(game.call).toBeUndefined();
		expect(game.due().call).toMatchObject({ step: name, attempt: 2 });
	});
	test("G7 that stays lost is given up, and undone as if it had happened", () => {
		const game = upTo(name).later(BUDGET_MS).lost();
		expect(game.step(name).do.status).toBe("GIVEN_UP");
		const undone = name === "LOOK" ? undefined : name;
		expect(game.call?.step).toBe(undone);
	});
	test("G7 that nobody ever began is given up, and not undone", () => {
		const game = upTo(name).later(BUDGET_MS).nobody();
		expect(game.state.status).toBe(name === "MAKE" ? "COMPENSATING" : "COMPENSATED");
		expect(game.call?.step).not.toBe(name);
	});
	test("G7 that is refused after an attempt in doubt is undone all the same", () => {
		const game = upTo(name).lost().due().refuses(soldOut.code);
		expect(game.call?.step).toBe(name === "LOOK" ? undefined : name);
	});
	test("that is done after the deadline turns the saga, and is undone", () => {
		const game = upTo(name).later(60_000).ok({ n: 1 });
		expect(game.state.error?.type).toBe("SAGA_DEADLINE");
		expect(game.call?.step).toBe(name === "LOOK" ? undefined : name);
	});
	test("that waits when the deadline passes is given up", () => {
		const game = upTo(name).lost({ retry_after_ms: 60_000 }).due();
		expect(game.state.error?.type).toBe("SAGA_DEADLINE");
		expect(game.state.status).not.toBe("RUNNING");
	});
});

describe("the pivot", () => {
	test("SAG-08 that is refused turns the saga", () => {
		const game = upTo("GO").refuses("WRONG_STATE");
		expect(game.state).toMatchObject({ status: "COMPENSATING", message: "No go" });
		expect(game.call).toMatchObject({ step: "MAKE", direction: "undo" });
	});
	test("that nobody ever began turns the saga when its budget is spent", () => {
		expect(upTo("GO").nobody().state.status).toBe("RUNNING");
		expect(upTo("GO").later(BUDGET_MS).nobody().state.status).toBe("COMPENSATING");
	});
	test("G8 in doubt is asked again for ever, and nothing is undone on a guess", () => {
		const game = upTo("GO").later(BUDGET_MS).lost();
		expect(game.state).toMatchObject({ status: "RUNNING", state: "MADE", blocked: true });
		expect(told(game)).toEqual(["blocked"]);
		game.due().later(BUDGET_MS).nobody();
		expect(game.state).toMatchObject({ status: "RUNNING", blocked: true });
		expect(told(game)).toEqual([]);
		game.due().ok({ n: 1 });
		expect(game.state).toMatchObject({ status: "RUNNING", blocked: false });
	});
	test("in doubt, then refused, turns the saga", () => {
		const game = upTo("GO").later(BUDGET_MS).lost().due().refuses("WRONG_STATE");
		expect(game.state).toMatchObject({ status: "COMPENSATING", blocked: false });
	});
	test("does not look at the deadline", () => {
		expect(upTo("GO").later(60_000).ok({ n: 1 }).call?.step).toBe("KEEP");
	});
	test("in doubt, then malformed, is still in doubt: no row answered", () => {
		const game = upTo("GO").lost().due().refuses("VALIDATION_ERROR");
		expect(game.state.status).toBe("RUNNING");
	});
});

describe("a retriable step", () => {
	test.each(["lost", "nobody"] as const)("G9 whose call is %s is called for ever", (what) => {
		const game = upTo("KEEP").later(BUDGET_MS)[what]();
		expect(game.state).toMatchObject({ status: "RUNNING", blocked: true });
		expect(game.due().call).toMatchObject({ step: "KEEP", attempt: 2 });
	});
	test("G9 that is refused is called again", () => {
		const game = upTo("KEEP").refuses(soldOut.code);
		expect(game.state).toMatchObject({ status: "RUNNING", blocked: false });
		expect(game.due().ok({ n: 3 }).call?.params).toEqual({ id: "x3" });
	});
});

describe("a definition that throws", () => {
	const broken = (name: string) => ({
		...shopping,
		steps: shopping.steps.map((step) =>
			step.name === name
				? {
						...step,
						params: () => {
							throw new Error("a bug");
						},
					}
				: step,
		),
	});
	const error = { step: "LOOK", type: "DEFINITION_ERROR", code: 500 };
	test("SAG-05 is a refusal, shown on the one path there is", () => {
		const game = play(broken("LOOK"), input);
		expect(game.state).toMatchObject({ status: "COMPENSATED", error });
		expect(game.passed).toEqual(["PENDING", "LOOKING", "COMPENSATING", "COMPENSATED"]);
	});
	test("G8 after the pivot undoes nothing", () => {
		const game = play(broken("KEEP"), input);
		while (game.call) game.ok({ n: 1 });
		expect(game.state).toMatchObject({ status: "RUNNING", blocked: true });
	});
});

describe("an undo", () => {
	test("G6 begins once the one before it has succeeded", () => {
		const game = upTo("GO").refuses("WRONG_STATE");
		expect(game.call).toMatchObject({ step: "MAKE", direction: "undo" });
		expect(game.lost().due().call).toMatchObject({ step: "MAKE", attempt: 2 });
		expect(game.ok().call).toMatchObject({ step: "TAKE", direction: "undo", attempt: 1 });
		expect(game.ok().state).toMatchObject({ status: "COMPENSATED", finished_at: game.now });
	});
	test.each(["lost", "nobody"] as const)("G9 whose call is %s is repeated for ever", (what) => {
		const game = turned().later(BUDGET_MS)[what]();
		expect(game.state).toMatchObject({ status: "COMPENSATING", state: "FAILED", blocked: true });
		for (let n = 0; n < 40; n++) game.due().later(BUDGET_MS)[what]();
		expect(game.state.status).toBe("COMPENSATING");
		expect(game.due().ok().state.status).toBe("COMPENSATED");
		expect(game.passed.slice(-3)).toEqual(["FAILED", "COMPENSATING", "COMPENSATED"]);
	});
	test("G9 that is refused is repeated: an undo never says no", () => {
		expect(turned().refuses(soldOut.code).due().call).toMatchObject({ direction: "undo" });
	});
});

describe("an alarm", () => {
	test("is set while a saga lives, far enough off for the call to be answered", () => {
		const { state, call } = begun();
		expect(state.wake_at).toBe((call?.budget_until ?? 0) + TIMEOUT_MS + 1_000);
	});
	test("that rings while a call is under way takes it for lost, and asks again", () => {
		const game = upTo("TAKE").due();
		expect(game.call).toMatchObject({ step: "TAKE", attempt: 2 });
		expect(game.step("TAKE").do.unknown).toBe(true);
	});
	test("in a saga that has ended is ignored", () => {
		const game = upTo("CLOSE").ok();
		expect(game.tell({ type: "DUE" })).toBe("ignored");
		expect(game.tell({ type: "RESUMED" })).toBe("ignored");
	});
});

describe("a takeover", () => {
	test("takes the call under way for in doubt, and its budget starts again", () => {
		const game = upTo("TAKE")
			.later(BUDGET_MS + 1_000)
			.resumed();
		expect(game.call).toMatchObject({ step: "TAKE", attempt: 2 });
		game.nobody();
		expect(game.state.status).toBe("RUNNING");
		expect(game.later(BUDGET_MS).due().nobody().call).toMatchObject({
			step: "TAKE",
			direction: "undo",
		});
	});
	test("repeats an undo under way", () => {
		expect(turned().resumed().call).toMatchObject({ step: "TAKE", direction: "undo", attempt: 2 });
	});
	test("admits what was PENDING", () => {
		expect(begun({ admit: false }).resumed().call).toMatchObject({ step: "LOOK" });
	});
});

describe("a delay", () => {
	test.each([0, 0.5, 1])("with chance %d grows, and is never above a second", (random) => {
		for (let attempt = 1; attempt < 12; attempt++) {
			const game = play(shopping, input, { random });
			for (let n = 1; n < attempt; n++) game.nobody().tell({ type: "RESUMED" });
			const wait = (game.nobody().state.wake_at ?? 0) - game.now;
			expect(wait).toBeGreaterThanOrEqual(20);
			expect(wait).toBeLessThanOrEqual(Math.min(1_000, 20 + 100 * 2 ** (attempt - 1)));
		}
	});
	test("G9 of what is blocked is never above 15 minutes", () => {
		const game = play(shopping, input, { random: 1 });
		while (game.call?.step !== "MAKE") game.ok();
		game.refuses(soldOut.code);
		for (let n = 0; n < 60; n++) {
			game.later(BUDGET_MS).lost();
			expect((game.state.wake_at ?? 0) - game.now).toBeLessThanOrEqual(BLOCKED_MS);
			game.due();
		}
	});
	test("is what the participant asked for", () => {
		const game = begun().nobody({ retry_after_ms: 3_000 });
		expect(game.state.wake_at).toBe(game.now + 3_000);
	});
});

describe("an outcome is ignored", () => {
	const outcome = {
		type: "OUTCOME",
		step: "TAKE",
		direction: "do",
		attempt: 1,
		outcome: "OK",
	} as const;
	test.each([
		["of another step", { step: "LOOK" }],
		["of another direction", { direction: "undo" }],
		["of another attempt", { attempt: 2 }],
		["of a step that there is not", { step: "NONE" }],
	] as const)("%s", (_, over) => {
		expect(upTo("TAKE").tell({ ...outcome, ...over })).toBe("ignored");
	});
	test("the second time", () => {
		const game = upTo("TAKE");
		expect(game.tell(outcome)).not.toBe("ignored");
		expect(game.tell(outcome)).toBe("ignored");
	});
	test("of an attempt that was taken for lost", () => {
		expect(upTo("TAKE").resumed().tell(outcome)).toBe("ignored");
	});
	test("while it waits to ask again", () => {
		expect(upTo("TAKE").lost().tell(outcome)).toBe("ignored");
	});
});
