import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { checks, type Evidence, examine, type Finding } from "./checks.ts";

/** Changes a copy of the files behind everyone's back, and looks at it with one of the checks. */
export async function tampered(
	evidence: Evidence,
	{ context, sql, check }: { context: string; sql: string; check: string },
): Promise<Finding> {
	const data_dir = mkdtempSync(join(tmpdir(), "comptoir-tampered-"));
	try {
		cpSync(evidence.data_dir, data_dir, { recursive: true });
		const file = new DatabaseSync(join(data_dir, `${context}.sqlite`));
		try {
			for (const { name } of file.prepare(TRIGGERS).all()) file.exec(`drop trigger "${name}"`);
			const before = file.prepare("select total_changes() as n").get()?.n;
			file.exec(sql);
			if (file.prepare("select total_changes() as n").get()?.n === before)
				throw new Error(`Nothing was changed by: ${sql}`);
		} finally {
			file.close();
		}
		const look = checks[check];
		if (!look) throw new Error(`There is no check called ${check}`);
		const [finding] = await examine({ ...evidence, data_dir }, { [check]: look });
		return finding as Finding;
	} finally {
		rmSync(data_dir, { recursive: true, force: true });
	}
}

const TRIGGERS = "select name from sqlite_master where type = 'trigger'";
