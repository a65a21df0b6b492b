import { parseArgs } from "node:util";
import { type Check, NotRun } from "./verify/check.ts";
import { CHECKS } from "./verify/rows.ts";

const HELP = `npm run verify -- [--quick] [--ci] [--only WORD]…

Runs every check that this machine can run, and prints a table: ran, not run (and why), or failed. Ends
with 1 only if one failed. --quick leaves out those that take minutes; --ci is quick, and a check that is
needed may not be missing; --only runs those whose name has the word. What each proves: docs/VERIFY.md.
`;
const { values } = parseArgs({
	options: {
		quick: { type: "boolean", default: false },
		ci: { type: "boolean", default: false },
		only: { type: "string", multiple: true, default: [] },
		help: { type: "boolean", default: false },
	},
});
const say = (text: string) => process.stdout.write(`${text}\n`);

type Outcome = readonly [outcome: "ran" | "not run" | "FAILED", how: string];

async function outcomeOf({ run, isNeeded }: Check): Promise<Outcome> {
	try {
		return ["ran", await run()];
	} catch (error) {
		const { message } = error as Error;
		if (error instanceof NotRun && !(values.ci && isNeeded)) return ["not run", message];
		return ["FAILED", message];
	}
}

async function main(): Promise<void> {
	const isShort = values.quick || values.ci;
	const chosen = CHECKS.filter(({ what, isQuick }) =>
		values.only.length > 0 ? values.only.some((word) => what.includes(word)) : isQuick || !isShort,
	);
	const counts = { ran: 0, "not run": 0, FAILED: 0 };
	say("| check | proves | outcome | seconds | how |\n| --- | --- | --- | --- | --- |");
	for (const check of chosen) {
		const began = performance.now();
		const [outcome, how] = await outcomeOf(check);
		counts[outcome]++;
		const took = ((performance.now() - began) / 1_000).toFixed(0);
		const row = [check.what, check.proves, outcome, took, how.replaceAll(/[\n|]+/g, " ")];
		say(`| ${row.join(" | ")} |`);
	}
	say(`\n${counts.ran} ran, ${counts["not run"]} not run, ${counts.FAILED} failed`);
	process.exit(counts.FAILED > 0 || chosen.length === 0 ? 1 : 0);
}

if (values.help) say(HELP);
else await main();
