import type { Context } from "moleculer";
import { scopeOf } from "../../lib/scope.ts";
import { wrongState } from "../../lib/state.ts";
import type { Command } from "./event.ts";
import type { Told } from "./mailbox.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { sagaNotFound, sagaObserved, sagaPastPivot } from "./saga.contract.ts";

type Word = Pick<Command, "op"> &
	Partial<Pick<Command, "step" | "params" | "outcome" | "evidence">>;

/** Passes an operator's word on to the saga; repeated, it changes nothing more. */
export async function obey(
	{ engine, journal }: Orchestrator,
	ctx: Context<{ saga_id: string; reason: string }>,
	word: Word,
): Promise<void> {
	const { saga_id, reason } = ctx.params;
	const { actor, role: actor_role } = scopeOf(ctx);
	const command: Told = { type: "COMMAND", actor, actor_role, reason, ...word };
	const result = await engine.command(saga_id, command);
	if (result === "not_found") throw sagaNotFound({ id: saga_id });
	if (result === "observed") throw sagaObserved();
	if (result === "past_pivot") throw sagaPastPivot({ reversed_by: "order-cancellation" });
	if (result === "done" || result === "ignored") return;
	const run = await journal.load(saga_id);
	throw wrongState({ state: run?.state.state ?? "", saga_id });
}
