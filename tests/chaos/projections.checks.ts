import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { env } from "../../config/env.ts";
import { open } from "../../mixins/database/open.ts";
import { cursors as cursorTable, prepare } from "../../mixins/projections/cursors.ts";
import { fold } from "../../mixins/projections/projection.ts";
import { fed } from "../../services/audit/event.ts";
import { projections } from "../../services/reporting/reporting.service.ts";
import { rows } from "../support/ledgers.ts";
import type { Checks, Evidence } from "./checks.ts";
import { stored } from "./delivery.checks.ts";

const PAGE = 177; // not what the product reads: the tables must be the same whatever the pages

/** The tables that were kept up live are those that a fold of the event store makes from nothing. */
async function equalFold({ data_dir }: Evidence): Promise<string[]> {
	const facts = stored(data_dir).map(fed);
	const cursors = rows<{ name: string; position: number }>(
		data_dir,
		"reporting",
		"select name, position from projection_cursor",
	);
	const scratch = open("reporting");
	try {
		await scratch.migrate();
		for (const one of projections) {
			await scratch.write(async (tx) => {
				await tx.remove(cursorTable, { name: one.name }); // another run may have left its tables
				await prepare(tx, one);
			});
			for (let from = 0; from < facts.length; from += PAGE)
				await scratch.write((tx) => fold(tx, one, "live", facts.slice(from, from + PAGE)));
		}
	} finally {
		await scratch.close();
	}
	const tables = projections.flatMap(({ models }) => models.map(({ name }) => name));
	const behind = cursors.filter(({ position }) => position !== facts.length);
	return [
		...behind.map(({ name, position }) => `${name} is at ${position} of ${facts.length}`),
		...tables.flatMap((table) => differences(table, data_dir)),
	];
}

function differences(table: string, data_dir: string): string[] {
	const [live, made] = [dump(data_dir, table), dump(env.data_dir, table)];
	const rest = new Set(made);
	const wrong = live.filter((row) => !rest.delete(row));
	return [
		...wrong.map((row) => `${table}: live only: ${row.slice(0, 200)}`),
		...[...rest].map((row) => `${table}: fold only: ${row.slice(0, 200)}`),
	];
}

/** Its rows, whole, as text; columns that were added later stand elsewhere in the other database. */
function dump(data_dir: string, table: string): string[] {
	const file = new DatabaseSync(join(data_dir, "reporting.sqlite"), { readOnly: true });
	try {
		return file
			.prepare(`select * from "${table}"`)
			.all()
			.map((row) => JSON.stringify(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
	} finally {
		file.close();
	}
}

export const projectionChecks: Checks = {
	"G16 AUD-03 I9 projections are the fold of the event store, byte for byte": equalFold,
};
