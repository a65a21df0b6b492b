import sqlite3 from "sqlite3";

type Run = (this: { sql: string }, ...args: unknown[]) => unknown;
const prototype = sqlite3.Statement.prototype as unknown as Record<"run" | "all", Run>;

/** The statements that SQLite runs meanwhile, in every database of this process. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
	const { run, all } = prototype;
	const seen: string[] = [];
	const counted = (method: Run): Run =>
		function (this: { sql: string }, ...args) {
			seen.push(this.sql);
			return method.apply(this, args);
		};
	Object.assign(prototype, { run: counted(run), all: counted(all) });
	try {
		await work();
	} finally {
		Object.assign(prototype, { run, all });
	}
	return seen;
}
