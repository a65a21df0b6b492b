import type { Saga } from "../../sagas/saga.ts";
import { type Call, isOver, legOf, pending } from "../../services/saga/state.ts";
import type { Game } from "./play.ts";

export const FATES = ["ok", "refuses", "nobody", "lost", "lost_after"] as const;
export type Fate = (typeof FATES)[number];

/** What is true outside: which steps have an effect, whatever the saga has been told of it. */
export function truth(saga: Saga, game: Game) {
	const done = new Set<string>();
	const refused = new Set<string>();
	const undos: string[] = [];
	const kindOf = (name: string) => saga.steps.find((step) => step.name === name)?.kind;

	function actUndo(step: string, fate: Fate): Fate {
		if (fate === "refuses") return "lost"; // an undo never says no: it fails
		undos.push(step);
		done.delete(step);
		return fate;
	}
	function actDo(step: string, fate: Fate): Fate {
		if (done.has(step)) return fate === "lost_after" ? fate : "ok";
		if (!refused.has(step) && fate !== "refuses") {
			done.add(step);
			return fate;
		}
		if (kindOf(step) !== "retriable") refused.add(step);
		return "refuses";
	}
	/** The participant acts, or does not; then the saga hears of it, or does not. */
	function act({ step, direction }: Call, fate: Fate): Fate {
		if (fate === "lost" || fate === "nobody") return fate;
		return direction === "undo" ? actUndo(step, fate) : actDo(step, fate);
	}

	function answer(call: Call, fate: Fate, ms = 0) {
		const told = act(call, fate);
		game.later(ms);
		if (told === "lost_after") game.lost();
		else if (told === "refuses") game.refuses("NO");
		else game[told]();
	}

	return {
		done,
		undos,
		act,
		answer,
		/** Whether its call is under way; if so, who is called. */
		asked(): Call | undefined {
			const waiting = isOver(game.state) ? null : pending(game.state);
			if (!waiting || legOf(waiting).status !== "CALLING") return undefined;
			return { step: waiting.run.step, direction: waiting.direction } as Call;
		},
		/** An operator who tells the truth, or makes it so. */
		vouch() {
			const waiting = pending(game.state);
			if (!waiting) return;
			const { run, direction } = waiting;
			const isDone = direction === "undo" || run.kind === "retriable" || done.has(run.step);
			const outcome = isDone ? ("done" as const) : ("not_done" as const);
			const said = game.says("skip", { step: run.step, outcome, evidence: "looked" });
			if (typeof said === "string") return;
			if (direction === "undo") done.delete(run.step);
			else if (isDone) done.add(run.step);
			if (direction === "undo") undos.push(run.step);
		},
	};
}
