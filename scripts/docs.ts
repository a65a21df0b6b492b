import "../config/process.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./markdown.ts";
import { pages } from "./pages.ts";

/** `npm run docs`: writes what the pages say about the code, from the code. */
for (const [file, text] of await pages()) writeFileSync(join(ROOT, file), text);
