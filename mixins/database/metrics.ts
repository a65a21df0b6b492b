import { Counter } from "prom-client";
import { registry } from "../../config/metrics.ts";

/** How many statements each open database has run, read when the page is. */
export const countStatements = (read: () => Iterable<[context: string, statements: number]>) =>
	new Counter({
		name: "db_statements_total",
		help: "SQL statements of each context's database.",
		labelNames: ["context"],
		registers: [registry],
		collect() {
			this.reset();
			for (const [context, statements] of read()) this.inc({ context }, statements);
		},
	});
