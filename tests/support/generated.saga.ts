import fc from "fast-check";
import Type from "typebox";
import type { Action } from "../../lib/contract.ts";
import type { Saga, Step } from "../../sagas/saga.ts";

const action = (name: string) =>
	Object.assign(() => Promise.reject(new Error("Only a name")), {
		action: `any.${name}`,
		schema: { params: Type.Object({}) },
	}) as unknown as Action;

/** Any definition that can be written: steps and reads, then perhaps a pivot, then retriables. */
export const anySaga: fc.Arbitrary<Saga> = fc
	.record({
		before: fc.array(fc.constantFrom("read" as const, "step" as const), { maxLength: 5 }),
		pivot: fc.boolean(),
		after: fc.nat({ max: 3 }),
		shown: fc.boolean(),
	})
	.filter(({ before, pivot }) => before.length > 0 || pivot)
	.map(({ before, pivot, after, shown }) => {
		const kinds: Step["kind"][] = [
			...before,
			...(pivot ? (["pivot", ...Array(after).fill("retriable")] as const) : []),
		];
		const steps = kinds.map(
			(kind, n): Step => ({
				name: `S${n}`,
				kind,
				action: action(`do${n}`),
				params: () => ({ n }),
				...(kind === "step" && {
					undo: { name: `U${n}`, action: action(`undo${n}`), params: () => ({ n }) },
				}),
				...(shown && { doing: `DOING_${n}`, done: `DONE_${n}` }),
			}),
		);
		const input = Type.Object({});
		return { name: "any", version: 1, deadline_ms: 60_000, input, key: () => "k", steps };
	});
