import { expect, test } from "@jest/globals";
import { checker } from "../../../lib/validator.ts";
import { contracts } from "../../../scripts/contracts.ts";
import { exampleOf } from "../../../services/gateway/example.ts";

const actions = (await contracts()).flatMap(({ actions: own }) => [...own.values()]);

test.each(["params", "returns"] as const)(
	"an example of the %s of each action fits them",
	(part) => {
		const misfits = actions.flatMap(({ action, schema }) => {
			const shape = schema[part];
			return shape ? checker(shape)(exampleOf(shape)).map((fault) => ({ action, ...fault })) : [];
		});
		expect(actions.length).toBeGreaterThan(150);
		expect(misfits).toEqual([]);
	},
);

test("an example keeps to bounds and formats", () => {
	expect(exampleOf({ type: "integer", minimum: 12 })).toBe(12);
	expect(exampleOf({ type: "string", format: "date" })).toBe("2026-01-05");
	expect(exampleOf({ type: "string", minLength: 3 })).toBe("111");
});
