import { describe, expect, test } from "@jest/globals";
import { fold } from "../../../lib/fold.ts";
import { expectVersion, versionConflict } from "../../../lib/version.ts";
import { change, namesOf, open } from "../../../services/stores/location.ts";

const aStore = (over = {}) => open({ id: "7", code: "RIM", name_fr: "Rimouski", ...over });

describe("a location", () => {
	test("is one version further once changed, and the same one when nothing is", () => {
		const store = aStore();
		expect(change(store, { district: "Centre" })).toMatchObject({ version: 2, district: "Centre" });
		expect(change(store, { name_fr: "Rimouski", aliases: [] })).toBe(store);
	});
	test("answers to its id, its code and its aliases, each once", () => {
		expect(namesOf(aStore({ aliases: ["Magasin 7", "rim", "MAGASIN 7"] }))).toEqual([
			"7",
			"rim",
			"magasin 7",
		]);
	});
	test("has a business day in a zone that exists", () => {
		expect(() => change(aStore(), { timezone: "Mars/Olympus" })).toThrow("malformed");
	});
});

test.each([
	["Montréal", "montreal"],
	["  ŒUFS  (12) ", "oeufs (12)"],
	["Trois-Rivières", "trois-rivieres"],
	["e\u0301te\u0301", "ete"],
])("%j is compared as %j", (name, folded) => {
	expect(fold(name)).toBe(folded);
});

test.each([
	[undefined, true],
	['"3"', true],
	['"2", "3"', true],
	["*", true],
	['"2"', false],
	['W/"3"', false],
	["3", false],
	["", false],
])("If-Match %j on version 3 goes through: %j", (if_match, through) => {
	const check = () => expectVersion({ headers: { if_match } } as never, { version: 3 });
	if (through) expect(check).not.toThrow();
	else expect(check).toThrow(versionConflict({ version: 3 }).message);
});
