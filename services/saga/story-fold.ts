import type { Choreography } from "../../sagas/reaction.ts";
import type { Observation } from "./event.ts";
import { type Decision, newborn, type State } from "./state.ts";
import type { Scene } from "./story-fact.ts";
import { blameOf, toldOf } from "./story-failure.ts";
import { endsOf, storyOf } from "./story-order.ts";
import { alarmOf, patienceOf, standingOf, stepsIn } from "./story-steps.ts";

const SETTLE_MS = 10_000; // how long an end waits for what must have come before it

/** A story that is expected, of which nothing has been heard. */
export function expected(of: Choreography, saga_id: string, at: number, input: State["input"]) {
	const late_at = at + patienceOf(of);
	return {
		...newborn(saga_id, input, at),
		deadline_at: late_at,
		wake_at: late_at,
		story: [],
		apart: [],
	} satisfies State;
}

/** What one more observation makes of a story; nothing where it tells nothing new. */
export function observe(of: Choreography, before: State, seen: Observation): Decision | undefined {
	const heard = [...(before.story ?? []), ...(before.apart ?? [])];
	switch (seen.type) {
		case "OPENED":
			return decided(undefined, before);
		case "REFUSED":
			return decided(before, refused(of, before, seen));
		case "SILENT": {
			if (before.finished_at !== null || before.blocked) return undefined;
			const isEnding = endingIn(of, before.apart ?? []) !== undefined;
			const after = isEnding ? fold(of, before, heard, true) : { ...before, blocked: true };
			return decided(before, after);
		}
		case "HEARD": {
			if (heard.some(({ event }) => event === seen.fact.event)) return undefined;
			const after = fold(of, before, [...heard, seen.fact]);
			const isNews = before.finished_at === null || after.story?.length !== before.story?.length;
			return isNews ? decided(before, after) : undefined;
		}
	}
}

/** Where a story stands: a function of what has been heard, not of the order in which it came. */
function fold(of: Choreography, before: State, heard: readonly Scene[], isForced = false): State {
	const { story, apart } = storyOf(of, heard, isForced);
	const scenes = scenesOf(of, story);
	const { status, isFailed, exceptions } = standingOf(of, story);
	const { created_at } = before;
	const latest = (all: readonly Scene[]) => Math.max(created_at, ...all.map(({ at }) => at));
	const end = scenes.findIndex(({ state }) => isEnd(state));
	const finished_at = before.finished_at ?? (end < 0 ? null : latest(scenes.slice(0, end + 1)));
	const isOver = finished_at !== null;
	const ending = endingIn(of, apart);
	const alarm = Math.min(alarmOf(of, story, created_at), ending ? ending.at + SETTLE_MS : Infinity);
	const isStillLate = before.blocked && alarm <= (before.wake_at ?? 0);
	const now = before.finished_at ?? { status, state: scenes.at(-1)?.state ?? "PENDING" };
	return {
		...before,
		...(typeof now === "object" && now), // an end stays what it was
		...saidOf(of, before, story, status),
		input: { ...before.input, ...story.find(({ event }) => event === of.start)?.data },
		steps: stepsIn(of, story),
		blocked: !isOver && (isFailed || isStillLate),
		exceptions,
		updated_at: latest(story),
		wake_at: isOver ? null : alarm,
		finished_at,
		story: scenes,
		apart: isOver ? [] : apart,
	};
}

/** Why it turned, and what people are told. */
function saidOf(of: Choreography, before: State, story: readonly Scene[], status: string) {
	const error = blameOf(of, story) ?? before.error;
	const message = error ? toldOf(of, error) : status === "COMPLETED" ? of.completed : undefined;
	return { ...(error && { error }), ...(message && { message }) };
}

const isEnd = (state: string | undefined) => state === "COMPLETED" || state === "COMPENSATED";
const endingIn = (of: Choreography, apart: readonly Scene[]) =>
	apart.find(({ event }) => endsOf(of).includes(event));

/** Each fact with the state that is shown from it on. */
function scenesOf(of: Choreography, story: readonly Scene[]): Scene[] {
	let shown = "PENDING";
	return story.map((scene, at) => {
		const { status, isFailed } = standingOf(of, story.slice(0, at + 1));
		shown = of.shows[scene.event] ?? shown;
		const isUnderWay = status === "PENDING" || status === "RUNNING";
		return { ...scene, state: isFailed ? "FAILED" : isUnderWay ? shown : status };
	});
}

/** Nothing has been said by anybody: whoever was to begin has refused to. */
function refused(of: Choreography, before: State, { at, step, error }: Refused): State {
	const failure = { step, ...error };
	const leg = { name: step, attempt: 1, unknown: false, started_at: before.created_at };
	const failed = { ...leg, budget_from: before.created_at, ended_at: at, error: failure };
	return {
		...before,
		status: "COMPENSATED",
		state: "COMPENSATED",
		steps: [{ step, kind: "retriable", do: { ...failed, status: "REJECTED" } }],
		error: failure,
		message: toldOf(of, failure),
		blocked: false,
		updated_at: at,
		wake_at: null,
		finished_at: at,
	};
}
type Refused = Observation & { type: "REFUSED" };

function decided(before: State | undefined, after: State): Decision {
	const shown = ({ story = [], state }: State) => [...story.map((scene) => scene.state), state];
	const was = new Set(before ? shown(before) : []);
	const isTurned = (one: State | undefined) => one?.status.startsWith("COMPENSAT") ?? false;
	const says: Decision["says"] = [
		...(before ? [] : ["started" as const]),
		...(isTurned(after) && !isTurned(before) ? ["turned" as const] : []),
		...(after.blocked && !before?.blocked ? ["blocked" as const] : []),
		...(after.finished_at !== null && before?.finished_at == null ? ["ended" as const] : []),
	];
	const passed = [...new Set(shown(after))].filter((state) => state !== undefined);
	return { state: after, says, passed: passed.filter((state) => !was.has(state)) };
}
