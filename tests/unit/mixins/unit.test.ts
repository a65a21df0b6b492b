import { expect, test } from "@jest/globals";
import type { Statements } from "../../../mixins/database/rows.ts";
import { unit } from "../../../mixins/database/unit.ts";
import type { Tx } from "../../../mixins/database.mixin.ts";

const none: Statements = {
	rows: async () => [],
	change: async () => 0,
	hold: async () => {},
	script: async () => {},
	unpack: () => "",
};

test("CLM-10 what is flushed before a commit may leave more: that is flushed, too", async () => {
	const flushed: string[] = [];
	const second = async (_: Tx, items: string[]) => void flushed.push(...items);
	const first = async (tx: Tx, items: string[]) => {
		flushed.push(...items);
		for (const item of items) tx.beforeCommit(second, `${item} said`);
	};
	const work = unit({}, async (tx) => tx.beforeCommit(first, "heard"));
	await work.run(none, true);
	expect(flushed).toEqual(["heard", "heard said"]);
});
