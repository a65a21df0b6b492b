import { answersOf, type Choreography, type Reaction } from "../../sagas/reaction.ts";
import type { Leg, State, StepRun } from "./state.ts";
import type { Scene } from "./story-fact.ts";

/** The steps of a story as far as it has come: each that has something to answer to. */
export function stepsIn(of: Choreography, story: readonly Scene[]): StepRun[] {
	const told = new Map(story.map((scene) => [scene.event, scene]));
	const first = story[0];
	return of.reactions
		.filter(({ undoes, byHand }) => undoes === undefined && !byHand)
		.flatMap((reaction): StepRun[] => {
			const cause = reaction.hears === undefined ? first : told.get(reaction.hears);
			if (!cause || !told.has(of.start)) return [];
			const leg = legOf(reaction, cause, told);
			const undos = of.reactions.filter(({ undoes }) => undoes === reaction.step);
			const name = undos[0]?.step;
			if (!name) return [{ step: reaction.step, kind: "retriable", do: leg }];
			const undo = leg.status === "OK" ? undoOf(undos, told) : undefined;
			const intended: Leg = { ...leg, name, status: "INTENDED", attempt: 0 };
			return [{ step: reaction.step, kind: "step", do: leg, undo: undo ?? intended }];
		});
}

type Told = ReadonlyMap<string, Scene>;

function undoOf(undos: readonly Reaction[], told: Told): Leg | undefined {
	const heard = (event: string | undefined) => (event === undefined ? undefined : told.get(event));
	for (const one of undos) {
		const cause = heard(one.hears);
		if (cause) return legOf(one, cause, told);
	}
	// Whoever refuses the last step may take back its own in the same breath.
	const own = undos.find((one) => answerTo(one, told));
	return own && legOf(own, answerTo(own, told) as Scene, told);
}

const answerTo = (reaction: Reaction, told: Told): Scene | undefined =>
	answersOf(reaction)
		.map((event) => told.get(event))
		.find((scene) => scene !== undefined);

function legOf(reaction: Reaction, cause: Scene, told: Told): Leg {
	const answer = answerTo(reaction, told);
	const started = {
		name: reaction.step,
		attempt: 1, // how often it was tried, only who does it knows
		unknown: false,
		started_at: cause.at,
		budget_from: cause.at,
	};
	if (!answer) return { ...started, status: "CALLING" };
	const isRefused = reaction.refuses.includes(answer.event);
	return {
		...started,
		status: isRefused ? "REJECTED" : "OK",
		ended_at: answer.at,
		...(!isRefused && { reply: answer.data }),
	};
}

/** How a story stands that has come so far. */
interface Standing {
	readonly status: State["status"];
	/** Something cannot be undone: a person is needed. */
	readonly isFailed: boolean;
	readonly exceptions: number;
}

export function standingOf(of: Choreography, story: readonly Scene[]): Standing {
	const steps = stepsIn(of, story);
	const told = (events: readonly string[]) => story.some(({ event }) => events.includes(event));
	const is = (status: State["status"], more: Partial<Standing> = {}) => ({
		status,
		isFailed: false,
		exceptions: 0,
		...more,
	});
	if (!told([of.start])) return is("PENDING");
	const undos = steps.flatMap(({ undo }) => (undo && undo.status !== "INTENDED" ? [undo] : []));
	const isTurned = undos.length > 0 || steps.some((run) => run.do.status === "REJECTED");
	const stands = undos.some(({ status }) => status === "REJECTED");
	if (told(of.ends.COMPLETED))
		return isTurned ? is("COMPENSATED", { exceptions: Number(stands) }) : is("COMPLETED");
	if (!isTurned) return is("RUNNING");
	if (stands) return is("COMPENSATING", { isFailed: true });
	const isUndone = steps.every(
		({ do: leg, undo }) => leg.status !== "OK" || !undo || undo.status === "OK",
	);
	return is(isUndone && told(of.ends.COMPENSATED) ? "COMPENSATED" : "COMPENSATING");
}

/** When somebody should look, if nothing more is heard: the first answer that is late. */
export function alarmOf(of: Choreography, story: readonly Scene[], opened_at: number): number {
	const told = new Map(story.map((scene) => [scene.event, scene]));
	const done = new Set(
		stepsIn(of, story).flatMap(({ step, do: leg }) => (leg.status === "OK" ? [step] : [])),
	);
	const awaited = of.reactions.flatMap((one) => {
		const cause = one.hears === undefined ? undefined : told.get(one.hears);
		const isDue = cause && !one.byHand && !answerTo(one, told);
		return isDue && (!one.undoes || done.has(one.undoes)) ? [cause.at + one.within_ms] : [];
	});
	const last = Math.max(opened_at, ...story.map(({ at }) => at));
	return Math.min(...(awaited.length > 0 ? awaited : [last + patienceOf(of)]));
}

export const patienceOf = ({ reactions }: Choreography) =>
	Math.max(
		...reactions.filter(({ hears, byHand }) => hears && !byHand).map((one) => one.within_ms),
	);
