import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The checks fold the event store into tables of their own. Imported before all else. */
const folder = mkdtempSync(join(tmpdir(), "comptoir-fold-"));
process.env.RETAIL_DATA_DIR = folder;
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
