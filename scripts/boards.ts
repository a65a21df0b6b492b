import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitoringFiles } from "../monitoring/files.ts";
import { ROOT } from "./markdown.ts";

/** `npm run boards`: writes the rules, their tests and the boards, from monitoring's TypeScript. */
for (const [file, text] of monitoringFiles()) writeFileSync(join(ROOT, file), text);
