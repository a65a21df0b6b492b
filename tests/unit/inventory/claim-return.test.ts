import { expect, test } from "@jest/globals";
import fc from "fast-check";
import { postingsOf } from "../../../services/inventory/claim-return.ts";

const line = fc.record({
	location_id: fc.constantFrom("1", "online"),
	product_id: fc.constantFrom("1", "2"),
	quantity: fc.integer({ min: 1, max: 1_000 }),
});
const lines = fc.array(line, { minLength: 1, maxLength: 8 });
const claim_id = "clm_1";

test.each([
	["restock", 1, ["claim_refund"]],
	["damaged", 0, ["claim_refund", "damage"]],
	["none", 0, []],
] as const)(
	"CLM-05 INV-24 %s changes what is for sale by %d of each unit",
	(disposition, share, types) => {
		const property = fc.property(lines, (all) => {
			const postings = postingsOf({ claim_id, disposition, lines: all });
			expect(postings.map(([first]) => first?.type)).toEqual(types);
			const units = all.reduce((sum, { quantity }) => sum + quantity, 0);
			const deltas = postings.flat().map(({ on_hand_delta }) => on_hand_delta);
			expect(deltas.reduce((sum, one) => sum + one, 0)).toBe(share * units);
			for (const entries of postings) {
				const shelves = entries.map(
					({ location_id, product_id }) => `${location_id}:${product_id}`,
				);
				expect(new Set(shelves).size).toBe(entries.length); // one entry for each shelf
			}
		});
		fc.assert(property);
	},
);
