import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Saga } from "../../../sagas/saga.ts";
import { decide } from "../../../services/saga/decide.ts";
import { BLOCKED_MS, BUDGET_MS } from "../../../services/saga/draft.ts";
import { type Decision, isOver, legOf, pending, type State } from "../../../services/saga/state.ts";
import { anySaga } from "../../support/generated.saga.ts";
import { type Game, play } from "../../support/play.ts";
import { FATES, truth } from "../../support/truth.ts";

const RUNS = 1_000;
const COMMANDS = ["retry", "cancel", "pause", "resume"] as const;
const OFTEN = Array<"ok">(8).fill("ok"); // or few runs would come as far as the pivot
const OTHERS = ["due", "resumed", "vouch", "again", "stale"] as const;
const MOVES = [...FATES, ...FATES, ...OFTEN, ...COMMANDS, ...OTHERS] as const;

const anyMove = fc.record({
	what: fc.constantFrom(...MOVES),
	ms: fc.constantFrom(0, 10, 2_000, BUDGET_MS, 30_000),
	/** Whether a call that nobody hears of again took effect. */
	took: fc.boolean(),
});
type Move = typeof anyMove extends fc.Arbitrary<infer M> ? M : never;

/** Plays the moves, then lets everything succeed. `look` sees each decision as it is taken. */
function run(saga: Saga, moves: Move[], admit: boolean, look?: Look) {
	const game = play(saga, {}, { admit });
	const world = truth(saga, game);
	let seen = 0;
	const check = () => {
		for (const decision of game.decisions.slice(seen)) look?.(decision, game, world);
		seen = game.decisions.length;
	};
	check();
	for (const move of moves) {
		if (isOver(game.state)) break;
		makeMove(game, world, move);
		check();
	}
	if (game.state.paused && !isOver(game.state)) game.says("resume");
	for (let n = 0; n < 100 && !isOver(game.state); n++) {
		const call = world.asked();
		if (call) world.answer(call, "ok");
		else game.due();
		check();
	}
	return { game, world };
}
type World = ReturnType<typeof truth>;
type Look = (decision: Decision, game: Game, world: World) => void;

function makeMove(game: Game, world: World, { what, ms, took }: Move) {
	const call = world.asked();
	const fate = FATES.find((one) => one === what);
	if (fate && call) return world.answer(call, fate, ms);
	const isAlarm = fate !== undefined || what === "due";
	if (call && took && (isAlarm || what === "resumed")) world.act(call, "ok"); // nobody hears of it
	if (isAlarm) return game.due();
	game.later(ms);
	if (what === "resumed") return game.resumed();
	if (what === "vouch") return call ? undefined : world.vouch();
	const command = COMMANDS.find((one) => one === what);
	return command ? game.says(command) : repeat(game, what === "again");
}

/** The last outcome once more, or one that is out of date: it changes nothing. */
function repeat(game: Game, isLast: boolean) {
	const { state } = game;
	const waiting = pending(state);
	const stale = waiting && {
		type: "OUTCOME" as const,
		step: waiting.run.step,
		direction: waiting.direction,
		attempt: legOf(waiting).attempt - 1,
		outcome: "OK" as const,
	};
	const told = isLast ? game.events.findLast(({ type }) => type === "OUTCOME") : stale;
	if (told) expect(game.tell(told)).toBe("ignored");
	expect(game.state).toBe(state);
}

const holds = (look?: Look, end?: (game: Game, world: World, saga: Saga) => void) =>
	fc.assert(
		fc.property(
			anySaga,
			fc.array(anyMove, { maxLength: 40 }),
			fc.boolean(),
			(saga, moves, admit) => {
				const { game, world } = run(saga, moves, admit, look);
				end?.(game, world, saga);
			},
		),
		{ numRuns: RUNS },
	);

describe("for any definition, and whatever happens to it", () => {
	test("G3 a saga ends with every effect, or with none", () => {
		const ends = { COMPLETED: 0, COMPENSATED: 0 };
		holds(undefined, ({ state }, { done }, { steps }) => {
			const all = steps.map(({ name }) => name);
			if (state.status === "COMPLETED") expect([...done].sort()).toEqual(all.sort());
			else {
				const kept = steps.filter(({ name, kind }) => kind !== "read" && done.has(name));
				expect([state.status, kept]).toEqual(["COMPENSATED", []]);
			}
			ends[state.status as keyof typeof ends]++;
		});
		expect(Math.min(...Object.values(ends))).toBeGreaterThan(RUNS / 10);
	});

	test("G6 compensations run in the reverse order of intents, one after the other", () => {
		holds((decision, { state, call }) => {
			if (!decision.call || call?.direction !== "undo") return;
			const at = state.steps.findIndex(({ step }) => step === call.step);
			const begun = state.steps.filter(({ undo }) => undo && undo.status !== "INTENDED");
			expect(begun[0]?.step).toBe(call.step);
			const later = state.steps.slice(at + 1).filter(({ undo }) => undo);
			for (const { undo, do: leg } of later)
				expect(undo?.status === "OK" || (leg.status !== "OK" && !leg.unknown)).toBe(true);
		});
	});

	test("G7 what may have happened is undone; what is known not to have happened is not called", () => {
		holds(
			({ call }, { state }) => {
				const run = state.steps.find(({ step }) => step === call?.step);
				if (call?.direction === "undo")
					expect(run?.do.status === "OK" || run?.do.unknown).toBe(true);
			},
			({ state }) => {
				if (state.status !== "COMPENSATED") return;
				for (const { undo, do: leg } of state.steps)
					if (undo && (leg.status === "OK" || leg.unknown)) expect(undo.status).toBe("OK");
			},
		);
	});

	test("G8 nothing is undone once the pivot has happened", () => {
		holds(({ call }, { state }, { done }) => {
			const pivot = state.steps.find(({ kind }) => kind === "pivot");
			if (pivot && call?.direction === "undo") expect(done.has(pivot.step)).toBe(false);
		});
	});

	test("G9 a live saga is due again, a blocked one within 15 minutes, and none is given up", () => {
		holds(({ state }, { now }) => {
			expect(state.wake_at === null).toBe(state.finished_at !== null);
			if (state.wake_at !== null) expect(state.wake_at - now).toBeLessThanOrEqual(BLOCKED_MS);
		});
	});

	test("G11 the fold of what happened is the state, after any of it", () => {
		holds(undefined, ({ events, state }, _, saga) => {
			const fold = (before: State | null, event: (typeof events)[number]) => {
				const decision = decide(saga, before, event);
				return typeof decision === "string" ? before : decision.state;
			};
			const stored = JSON.parse(JSON.stringify(events)) as typeof events;
			const folded = stored.reduce(fold, null);
			expect(JSON.parse(JSON.stringify(folded))).toEqual(JSON.parse(JSON.stringify(state)));
		});
	});
});
