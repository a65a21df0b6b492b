import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { agreed, cancelled, type Due, held, waiting } from "../../../services/payments/due.ts";

const terms = { saga_id: "saga_1", amount_cents: 1_200, payment_method: "credit_card" as const };
const words: Record<string, (due: Due) => Due> = {
	agreed: (due) => agreed(due, terms),
	held,
	cancelled,
};
const after = (said: string[]) =>
	said.reduce((due, word) => words[word]?.(due) ?? due, waiting("ord_1"));

test("CLM-08 is taken once it is told and held, in whatever order that comes", () => {
	expect(after(["agreed"]).stage).toBe("WAITING");
	expect(after(["held"]).stage).toBe("WAITING");
	expect(after(["agreed", "held"])).toMatchObject({ stage: "TAKE", terms });
	expect(after(["held", "agreed"])).toMatchObject({ stage: "TAKE", terms });
});

test("CLM-09 once cancelled, nothing begins any more, and what has begun is given back", () => {
	expect(after(["agreed", "cancelled", "held"]).stage).toBe("OVER");
	expect(after(["held", "cancelled", "agreed"]).stage).toBe("OVER");
	expect(after(["agreed", "held", "cancelled"]).stage).toBe("GIVE_BACK");
	expect(cancelled({ ...after(["agreed", "held"]), stage: "TAKEN" }).stage).toBe("GIVE_BACK");
	const word = fc.constantFrom(...Object.keys(words));
	fc.assert(
		fc.property(fc.array(word), fc.array(word), (before, later) => {
			const stage = after([...before, "cancelled", ...later]).stage;
			expect(["OVER", "GIVE_BACK"]).toContain(stage);
		}),
	);
});
