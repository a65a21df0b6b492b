import { globSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";

/** What must be true of this release, by where its proof is to be looked for. */
const ROWS = {
	/** Over HTTP, against a process of its own. */
	e2e: `
		AUT-01 AUT-02 AUT-04 AUT-05 AUT-06 AUT-08 AUT-09 AUT-10 AUT-11 AUT-12 AUT-13 AUT-14 AUT-15 AUT-18 AUT-19
		AUT-20 AUT-21 AUT-22 AUT-23 AUT-24 AUT-25 AUT-27
		STO-01 STO-02 STO-03 STO-04 STO-05 STO-06 STO-09
		CAT-02 CAT-03 CAT-04 CAT-06 CAT-07 CAT-08 CAT-10 CAT-13 CAT-14
		INV-02 INV-07 INV-11 INV-12 INV-13 INV-14 INV-17 INV-22
		CUS-02 CUS-03 CUS-04 CUS-05
		CRT-02 CRT-03 CRT-05 CRT-06 CRT-07 CRT-08 CRT-12 CRT-13
		ORD-02 ORD-03 ORD-04 ORD-05 ORD-07 ORD-09 ORD-11
		PAY-04 PAY-05 PAY-06 PAY-07 PAY-08 PAY-09
		SAG-04 SAG-09 SAG-10 SAG-11 SAG-12 SAG-13 SAG-14 SAG-15 SAG-16 SAG-17 SAG-18 SAG-19 SAG-20 SAG-21
		SAG-22 SAG-23 SAG-27 SAG-30
		CLM-02 CLM-03 CLM-16 NOT-02 AUD-02 AUD-07
		INV-18 REP-02 REP-03 REP-04 REP-05 REP-06 REP-07 REP-08 REP-09 REP-10 REP-11
		D4 D5 D11 D16 D21 D24`,
	/** In the same, or by killing it. */
	chaos: `
		INV-04 INV-19 ORD-06 SAG-24 SAG-25 SAG-28 SAG-29 CLM-11 CLM-15
		D6 D13 D14 D15`,
	/** Anywhere. */
	any: `
		AUT-03 AUT-07 AUT-17 AUT-26 AUT-28
		STO-11 CAT-01 CAT-05 CAT-09 CAT-11 CAT-12
		INV-01 INV-03 INV-05 INV-06 INV-15 INV-16 INV-20 INV-21 INV-23 INV-24
		CUS-01 CRT-01 CRT-04 CRT-09 ORD-01 ORD-08 ORD-10 PAY-01 PAY-02 PAY-03 PAY-10
		SAG-01 SAG-02 SAG-03 SAG-05 SAG-06 SAG-07 SAG-08 SAG-26 SAG-31
		CLM-01 CLM-04 CLM-05 CLM-06 CLM-07 CLM-08 CLM-09 CLM-10 CLM-12 CLM-13 CLM-14 CLM-17 CLM-18
		NOT-01 NOT-03 NOT-04 AUD-01 AUD-03 AUD-04 AUD-05 AUD-06
		REP-01 REP-12 REP-13 REP-14 REP-15 CUS-06 CRT-10 DEP-17
		MON-01 MON-02 MON-03 MON-04 MON-05 MON-06 MON-07 MON-08 MON-09 MON-10 MON-11 MON-12 MON-13 MON-14 MON-15
		MON-16 MON-17 MON-18 MON-19 MON-20 MON-21 MON-22 MON-23 MON-24 MON-25 MON-26 MON-27 MON-28 MON-29
		HA-01 HA-02 HA-03 HA-04 HA-05 HA-06 HA-07 HA-08 HA-09 HA-10 HA-12 HA-14 HA-15
		GTW-01 GTW-02 GTW-03 GTW-04 GTW-05 GTW-06 GTW-07 GTW-08 GTW-09 GTW-10 GTW-11 GTW-12 GTW-13 GTW-14 GTW-15
		GTW-16 GTW-17 GTW-18 GTW-19 GTW-20 GQL-01 GQL-02 GQL-03 GQL-04 GQL-06 CCH-01 CCH-02 CCH-03 CCH-04 CCH-05
		LOAD-01 LOAD-02 LOAD-03 LOAD-04 LOAD-08 LOAD-09 CI-01 CI-02 CI-03 CI-04 CI-05 CI-06 CI-08
		DEP-01 DEP-02 DEP-03 DEP-04 DEP-05 DEP-06 DEP-07 DEP-08 DEP-09 DEP-10 DEP-11 DEP-12 DEP-13 DEP-14 DEP-15
		DEP-16 DEP-18 DEP-19 DEP-20 AUT-16 DOC-01
		D2 D3 D7 D9 D10 D12 D17 D18 D19 D23 U-01 U-02 U-18 U-19 U-22 U-24 U-26
		G1 G2 G3 G4 G5 G6 G7 G8 G9 G10 G11 G12 G13 G14 G15 G16`,
};

/** Too heavy for the suite: the command whose file names the row, and measures or breaks. */
const COMMANDS: Record<string, string> = {
	"HA-13": "scripts/verify/rows.ts", // npm run chaos, called by npm run verify
	D20: "scripts/verify/rows.ts",
	"LOAD-05": "bench/load/scenarios.ts", // npm run load
	"LOAD-06": "bench/load/load.ts",
	"LOAD-07": "bench/load/scenarios.ts",
	"HA-11": "scripts/verify-rolling.ts", // npm run verify:rolling
	D8: "bench/load/load.ts",
	G17: "tests/chaos/books.checks.ts", // npm run chaos
};

/** Rows of the same parts that others complete. */
const WAITING: Record<string, string> = {
	"STO-07": "sales and returns: the context sales",
	"STO-08": "the register: sales",
	"STO-10": "the register: sales",
	"STO-12": "the register: sales",
	"STO-13": "replicas of sales: the context sales",
	"STO-14": "the register: sales",
	"STO-15": "the register: sales",
	"CRT-11": "three carts in compose and Kubernetes together: HA-02 has them in a mesh",
	"CI-07": "the Postman collection: with the documents",
	"GQL-05": "a page with measured bytes: with the documents",
	"POS-12": "sales away: the context sales (its half of orders is SAG-22)",
	"U-03": "the till: sales",
	"U-04": "closing a register: sales",
	"U-05": "cash in a register: sales",
};

const ID = /(?<![\w-])(?:[A-Z]{2,4}-\d{2}|[DGU]-?\d{1,2})(?![\w-])/g;
const idsOf = (text: string): string[] => text.match(ID) ?? [];
const HERE = "coverage.test.ts";
const LITERAL = /"([^"\n]*)"|`([^`]*)`/g;
const SKIPPED = /\.(skip|todo)\(\s*$/;
/** Titles are texts that begin with ids: of a test, of several, or of one row of a table of them. */
const TITLE = /^(\$\w+ )?((?:[A-Z]{2,4}-\d{2}|[DGU]-?\d{1,2}) )+\S/;

interface Title {
	readonly ids: readonly string[];
	/** It stands in a file that drives the product, or kills it. */
	readonly isOutside: boolean;
}

const titles: readonly Title[] = globSync("tests/**/*.test.ts")
	.filter((file) => !file.endsWith(HERE))
	.flatMap((file) => {
		const source = readFileSync(file, "utf8");
		const isOutside =
			/startProduct|support\/open\.ts|SIGKILL/.test(source) || file.includes("crash");
		return [...source.matchAll(LITERAL)]
			.filter(({ index }) => !SKIPPED.test(source.slice(0, index)))
			.map(([, one, other]) => one ?? other ?? "")
			.filter((text) => TITLE.test(text))
			.map((text) => ({ ids: idsOf(text), isOutside }));
	});
const proofs = (id: string) => titles.filter(({ ids }) => ids.includes(id));

describe("every row that this release is about", () => {
	test("D1 has a test whose title names it", () => {
		const all = Object.values(ROWS).flatMap(idsOf);
		expect(all.length).toBeGreaterThan(150);
		expect(all.filter((id) => proofs(id).length === 0)).toEqual([]);
	});

	test("D1 D22 that is about what a stranger sees is tried from outside", () => {
		const rows = [...idsOf(ROWS.e2e), ...idsOf(ROWS.chaos)];
		expect(rows.filter((id) => !proofs(id).some(({ isOutside }) => isOutside))).toEqual([]);
	});

	test("D1 that is too heavy for the suite is named by the command that proves it", () => {
		const unnamed = Object.entries(COMMANDS).filter(
			([id, file]) => !idsOf(readFileSync(file, "utf8")).includes(id),
		);
		expect(unnamed).toEqual([]);
	});

	test("is here once: proven, by a command, or waiting for another context, and why", () => {
		const all = [ROWS, COMMANDS, WAITING].flatMap((one) =>
			one === ROWS ? Object.values(one).flatMap(idsOf) : Object.keys(one),
		);
		expect(all.filter((id, n) => all.indexOf(id) !== n)).toEqual([]);
		expect(Object.values(WAITING).filter((why) => why.length < 10)).toEqual([]);
	});
});
