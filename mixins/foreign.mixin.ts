import { newId } from "../lib/ids.ts";
import { isRefusal } from "../lib/refusal.ts";
import { mixin } from "../lib/service.ts";
import { type Answer, refused, say } from "./answer.ts";
import type { Database, Tx } from "./database.mixin.ts";
import { caused, type Units } from "./delivery/cause.ts";
import { type Call, keyOf, type Occasion, requestOf, stepOf, tellReplayed } from "./occasion.ts";
import { firstAnswer, hash, steps, stepUndone } from "./participant.mixin.ts";

/**
 * `once` and `undo` for an effect outside of our database, which no transaction can hold. That it
 * begins is committed before it is asked for, and what came of it after: so whoever finds it
 * begun asks again, by the same key, instead of guessing.
 */
export const foreign = mixin<Foreign, { db: Database }>({
	created() {
		this.onceAbroad = async (ctx, effect) => {
			// What nobody named is named now: a crash leaves it begun, for a sweep to find.
			const unnamed = { saga_id: newId("call"), step: "CALL" };
			const occasion = stepOf(ctx) ?? requestOf(ctx) ?? unnamed;
			const asked = hash(effect.asked ?? ctx.params);
			const kept = ctx.headers.saga_step_kind !== "retriable";
			const units = caused(this.db, ctx);
			const known = await begin(units, occasion, asked, { ...effect, kept });
			if (known) tellReplayed(ctx, occasion);
			return say(known ?? (await finish(units, occasion, asked, effect))) as never;
		};

		this.undoAbroad = async (ctx, { ask, settle }) => {
			const step = stepOf(ctx);
			if (!step) throw new Error("What belongs to no saga has nothing to undo");
			const write = caused(this.db, ctx);
			const due = await write(async (tx) => {
				const nothing = { ...step, state: "NULL_UNDONE" as const, created_at: Date.now() };
				return !(await tx.claim(steps, nothing)) && mayHaveHappened(await tx.get(steps, step));
			});
			if (!due) return;
			const outcome = await ask(keyOf(step));
			await write(async (tx) => {
				if (!mayHaveHappened(await tx.get(steps, step))) return;
				await settle(tx, outcome, keyOf(step));
				await tx.update(steps, step, { state: "UNDONE" });
			});
		};
	},
});

/** The call that a key stands for, so that it can be undone because of another. */
export const callOf = (key: string, { locals }: Call): Call => {
	const at = key.lastIndexOf(":");
	const headers = { saga_id: key.slice(0, at), saga_step: key.slice(at + 1) };
	return { headers, params: {}, ...(locals && { locals }) };
};

const mayHaveHappened = ({ state }: { state: string }) => state === "BEGUN" || state === "DONE";

/** Answers what is known already, if anything is. */
async function begin(
	write: Units,
	step: Occasion,
	asked: string,
	{ begin, kept }: { begin: Effect<unknown, never>["begin"]; kept: boolean },
) {
	const mine = { ...step, request_hash: asked, created_at: Date.now() };
	try {
		return await write(async (tx) => {
			if (!(await tx.claim(steps, { ...mine, state: "BEGUN" }))) return answerOf(tx, step, asked);
			await begin(tx, keyOf(step));
			return undefined;
		});
	} catch (error) {
		if (!kept || !isRefusal(error) || stepUndone.is(error)) throw error;
		const answer = refused(error);
		return write(async (tx) =>
			(await tx.claim(steps, { ...mine, state: "REFUSED", answer }))
				? answer
				: answerOf(tx, step, asked),
		);
	}
}

/**
 * Of several that finish the same effect, one settles it: for the others, whatever they find then,
 * its answer is theirs. To look first would cost each effect a statement.
 */
async function finish<O>(
	write: Units,
	step: Occasion,
	asked: string,
	{ ask, settle }: Effect<unknown, O>,
): Promise<Answer> {
	const outcome = await ask(keyOf(step));
	try {
		return await write(async (tx) => {
			const reply = await settle(tx, outcome, keyOf(step));
			const answer = isRefusal(reply) ? refused(reply) : { reply };
			const state = answer.refusal ? "REFUSED" : "DONE";
			if ((await tx.update(steps, { ...step, state: "BEGUN" }, { state, answer })) === 0)
				throw new Error(`${keyOf(step)} has been settled meanwhile`);
			return answer;
		});
	} catch (error) {
		const known = await write((tx) => answerOf(tx, step, asked));
		if (known) return known;
		throw error;
	}
}

async function answerOf(tx: Tx, step: Occasion, asked: string): Promise<Answer | undefined> {
	const row = await tx.get(steps, step);
	const begun = row.state === "BEGUN" && row.request_hash === asked;
	return begun ? undefined : firstAnswer(row, asked);
}

interface Undoing<O> {
	/** Outside of any unit of work: repeated by the same key until its answer is recorded. */
	ask(key: string): Promise<O>;
	/** In the unit that records the answer. */
	settle(tx: Tx, outcome: O, key: string): Promise<unknown>;
}
interface Effect<T, O> extends Undoing<O> {
	/** In the unit that records the intent. What it refuses is the answer. */
	begin(tx: Tx, key: string): Promise<void>;
	/** Returns the reply; or a refusal, to say no and keep what it wrote. */
	settle(tx: Tx, outcome: O, key: string): Promise<T | Error>;
	/** What a repeat must ask again, when the params hold what must not even be hashed. */
	asked?: unknown;
}
interface Foreign {
	onceAbroad<T, O>(ctx: Call, effect: Effect<T, O>): Promise<T>;
	/** Nothing done: nothing is undone, nor done late. Begun: whatever became of it is undone. */
	undoAbroad<O>(ctx: Call, undoing: Undoing<O>): Promise<void>;
}
