import { expect, test } from "@jest/globals";
import Type from "typebox";
import { cursorOf, paged, placeIn } from "../../../lib/cursor.ts";

test("a cursor reads back as the place that it was made of, and nothing else does", () => {
	const shape = [Type.Integer(), Type.String()];
	expect(placeIn(cursorOf([5, "b"]), shape)).toEqual([5, "b"]);
	for (const wrong of ["", "e30", cursorOf(["5", "b"]), cursorOf([5]), cursorOf([5, "b", 1])])
		expect(() => placeIn(wrong, shape)).toThrow("malformed");
});

test("a page says where the next one begins only when a row is left for it", () => {
	expect(paged([1, 2, 3], 2, String)).toEqual({ items: [1, 2], next_cursor: "2" });
	expect(paged([1, 2], 2, String)).toEqual({ items: [1, 2] });
});
