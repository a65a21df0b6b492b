import type { Answer, Dispatch } from "../../services/saga/dispatch.ts";
import { outcomeOf } from "../../services/saga/dispatch.ts";
import type { Clock } from "../../services/saga/gate.ts";
import type { Call, Direction } from "../../services/saga/state.ts";
import { schemas } from "./simulate-books.ts";
import type { Participants } from "./simulate-participants.ts";

/** What becomes of one request. */
export type Fate =
	| "ok"
	| "refuse"
	| "nobody"
	/** Never arrives; or is answered, and the answer never arrives. */
	| "lost_before"
	| "lost_after"
	/** Arrives long after its caller has given it up. */
	| "late"
	/** Arrives twice, the second time long after. */
	| "twice";

export interface Fault {
	readonly step: string;
	readonly direction: Direction;
	readonly fate: Fate;
	/** The first so many requests of it, or all for so long: then it is well again. */
	readonly times?: number;
	readonly for_ms?: number;
}

const HOP_MS = 3;
const LATE_MS = 9_000;

export interface Network {
	/** Of one process: what comes back once it is dead reaches nobody. */
	dispatch(life: Life): Dispatch;
	/** How many requests are still on their way. */
	pending(): number;
	readonly unknowns: () => number;
}
export interface Life {
	isAlive: boolean;
	/** A place where the process may be killed. */
	at(place: "participant" | "answer"): void;
}

/** Between orchestrator and participants: `fateOf` decides what becomes of each request. */
export function network(
	clock: Clock,
	{ handle }: Participants,
	fateOf: (call: Call, nth: number) => Fate,
): Network {
	const asked = new Map<string, number>();
	let pending = 0;
	let unknowns = 0;

	const after = (ms: number, then: () => void) => {
		pending++;
		clock.later(ms, () => {
			pending--;
			then();
		});
	};

	/** The participant's side; what it answers is for the caller to read, or not. */
	function arrive(
		saga_id: string,
		call: Call,
		fate: Fate,
		answer: (a: Answer) => void,
		life: Life,
	) {
		const isRefusing = fate === "refuse" && call.direction === "do";
		const isDying = fate === "lost_after";
		let told: Answer;
		try {
			told = answerOf(call, handle(saga_id, call, isRefusing, isDying));
		} catch (error) {
			told = { outcome: "UNKNOWN", error: { type: "ERROR", code: 500, message: String(error) } };
		}
		life.at("participant");
		if (isDying) return;
		after(HOP_MS, () => {
			life.at("answer");
			answer(told);
		});
	}

	function send(saga_id: string, call: Call, life: Life, answer: (a: Answer) => void) {
		const key = `${saga_id}/${call.step}/${call.direction}`;
		const nth = (asked.get(key) ?? 0) + 1;
		asked.set(key, nth);
		const fate = fateOf(call, nth);
		if (fate === "lost_before") return;
		if (fate === "nobody") return after(HOP_MS, () => answer(nobody(call)));
		if (fate === "refuse" && call.direction === "undo") return; // an undo never says no: it fails
		if (fate === "twice") after(LATE_MS, () => arrive(saga_id, call, "lost_after", answer, life));
		const wait_ms = fate === "late" ? LATE_MS : HOP_MS;
		// The second copy of a request that is sent twice finds what refused the first one gone.
		const first = fate === "twice" && call.direction === "do" ? "refuse" : fate;
		after(wait_ms, () => arrive(saga_id, call, first, answer, life));
	}

	const dispatch =
		(life: Life): Dispatch =>
		({ saga_id }, call) =>
			new Promise((resolve) => {
				const answer = (told: Answer) => {
					forget();
					if (!life.isAlive) return;
					if (told.outcome === "UNKNOWN") unknowns++;
					resolve(told);
				};
				const forget = clock.later(call.timeout_ms, () => answer(TIMEOUT));
				send(saga_id, call, life, answer);
			});

	return { dispatch, pending: () => pending, unknowns: () => unknowns };
}

const TIMEOUT: Answer = {
	outcome: "UNKNOWN",
	error: { type: "REQUEST_TIMEOUT", code: 504, message: "Request is timed out" },
};

function nobody({ action }: Call): Answer {
	const error = { type: "SERVICE_NOT_FOUND", code: 404, message: "Nobody", data: { action } };
	return { outcome: outcomeOf(error, action, schemas.get(action)), error };
}

function answerOf({ action }: Call, answer: ReturnType<Participants["handle"]>): Answer {
	if (!("refusal" in answer)) return { outcome: "OK", reply: answer.reply };
	const error = { type: answer.refusal, code: 409, message: answer.refusal };
	return { outcome: outcomeOf(error, action, schemas.get(action)), error };
}
