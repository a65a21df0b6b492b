import { describe, expect, test } from "@jest/globals";
import { committer } from "../../../services/saga/committer.ts";
import type { Journal, Write } from "../../../services/saga/journal.ts";

const write = (saga_id: string) => ({ head: { saga_id } }) as Write;

/** A journal whose commits the test answers, one by one. */
function slow() {
	const batches: string[][] = [];
	const open: { take(ids?: string[]): void; fail(): void }[] = [];
	const journal = {
		commit: (batch: readonly Write[]) =>
			new Promise<Set<string>>((resolve, reject) => {
				const ids = batch.map(({ head }) => head.saga_id);
				batches.push(ids);
				open.push({
					take: (taken = ids) => resolve(new Set(taken)),
					fail: () => reject(new Error("no")),
				});
			}),
	} as unknown as Journal;
	const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
	const next = async (how: "take" | "fail", ids?: string[]) => {
		const one = open.shift();
		how === "take" ? one?.take(ids) : one?.fail();
		await settled();
	};
	return { commit: committer(journal), batches, next };
}

describe("a committer", () => {
	test("commits alone at once, and gathers while it is busy, up to 64", async () => {
		const { commit, batches, next } = slow();
		const all = Array.from({ length: 70 }, (_, n) => commit(write(`saga_${n}`)));
		expect(batches.map((batch) => batch.length)).toEqual([1]);
		await next("take");
		await next("take");
		await next("take");
		expect(batches.map((batch) => batch.length)).toEqual([1, 64, 5]);
		expect(await Promise.all(all)).toEqual(Array(70).fill(true));
	});
	test("tells the one whose row had moved, and no other", async () => {
		const { commit, next } = slow();
		const all = ["a", "b", "c"].map((id) => commit(write(id)));
		await next("take");
		await next("take", ["c"]);
		expect(await Promise.all(all)).toEqual([true, false, true]);
	});
	test("one bad row does not stop the rest", async () => {
		const { commit, next } = slow();
		const all = ["a", "b", "c"].map((id) => commit(write(id)));
		const told = Promise.allSettled(all);
		await next("take");
		await next("fail"); // b and c together
		await next("fail"); // b
		await next("take"); // c
		expect((await told).map(({ status }) => status)).toEqual([
			"fulfilled",
			"rejected",
			"fulfilled",
		]);
	});
	test("G10 does not take for lost what its own first try may have committed", async () => {
		const { commit, next } = slow();
		const all = ["a", "b", "c"].map((id) => commit(write(id)));
		const told = Promise.allSettled(all);
		await next("take");
		await next("fail"); // answered by an error, and committed all the same
		await next("take", []);
		await next("take", []);
		expect((await told).map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
	});
});
