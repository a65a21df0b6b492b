import type { Call } from "../../services/saga/state.ts";
import { books, type Order } from "./simulate-books.ts";

/** What a participant can get wrong: each is a mutant that an invariant must catch. */
export interface Faults {
	isAttemptInKey?: boolean;
	isAnswerApart?: boolean;
	isWithoutNullUndo?: boolean;
	isWithoutTombstone?: boolean;
	isForgettingRefusals?: boolean;
}
const hash = JSON.stringify;
export type Reply = { reply?: unknown } | { refusal: string };

interface Row {
	state: "DONE" | "REFUSED" | "UNDONE" | "NULL_UNDONE";
	hash?: string;
	answer?: Reply;
}
export interface Effect {
	readonly saga_id: string;
	readonly step: string;
	readonly what: "do" | "undo" | "null_undo";
}

/** All participants in one: what each keeps of a step, as the participant mixin keeps it. */
export function participants(orders: readonly Order[], faults: Faults = {}) {
	const ledger = books(orders);
	const rows = new Map<string, Row>();
	const effects: Effect[] = [];
	const seen = { duplicates: 0, refusals: 0 };

	/** `isRefusing` makes the effect say no; `isDying` kills it between its effect and its answer. */
	function handle(saga_id: string, call: Call, isRefusing: boolean, isDying: boolean): Reply {
		if (call.kind === "read") return isRefusing ? { refusal: "OUT_OF_STOCK" } : {};
		const { step, direction, attempt } = call;
		const key = `${saga_id}/${step}${faults.isAttemptInKey && direction === "do" ? attempt : ""}`;
		const row = rows.get(key);
		if (row) seen.duplicates++;
		return direction === "undo"
			? undo({ saga_id, call, key, row })
			: act({ saga_id, call, key, row, isRefusing, isDying });
	}

	function act(doing: Doing): Reply {
		const { call, row } = doing;
		if (!row) return actOnce(doing);
		if (row.state === "UNDONE" || row.state === "NULL_UNDONE")
			return { refusal: "SAGA_STEP_UNDONE" };
		if (row.hash !== hash(call.params)) throw new Error("SAGA_KEY_REUSED");
		return row.answer ?? {};
	}

	function actOnce({ saga_id, call, key, isRefusing, isDying }: Doing): Reply {
		const { step, kind, action, params } = call;
		const answer = isRefusing ? { refusal: ledger.refusalOf(action) } : ledger.act(action, params);
		const isRefusal = "refusal" in answer;
		if (isRefusal) seen.refusals++;
		else effects.push({ saga_id, step, what: "do" });
		const isKept = !isRefusal || (kind !== "retriable" && !faults.isForgettingRefusals);
		if (isKept && !(faults.isAnswerApart && isDying))
			rows.set(key, { state: isRefusal ? "REFUSED" : "DONE", hash: hash(params), answer });
		return answer;
	}

	function undo({ saga_id, call, key, row }: Undoing): Reply {
		const { step, action, params } = call;
		if (!row) {
			if (faults.isWithoutNullUndo) throw new Error("There is nothing to undo");
			if (!faults.isWithoutTombstone) rows.set(key, { state: "NULL_UNDONE" });
			effects.push({ saga_id, step, what: "null_undo" });
			return {};
		}
		if (row.state !== "DONE") return {};
		ledger.act(action, params);
		effects.push({ saga_id, step, what: "undo" });
		row.state = "UNDONE";
		return {};
	}

	return { handle, effects, seen, ledger };
}
export type Participants = ReturnType<typeof participants>;

interface Undoing {
	saga_id: string;
	call: Call;
	key: string;
	row: Row | undefined;
}
interface Doing extends Undoing {
	isRefusing: boolean;
	isDying: boolean;
}
