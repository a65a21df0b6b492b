import { readFileSync } from "node:fs";
import { join } from "node:path";
import { choreographiesPart, definitionsPart } from "./definitions.ts";
import { deployed } from "./deployed.ts";
import { errorsTable } from "./errors.ts";
import { eventsTable } from "./events.ts";
import { ROOT } from "./markdown.ts";
import { countsTable, figuresTable } from "./metrics.ts";
import { servicesTable } from "./services.ts";
import { settingsTable } from "./settings.ts";

/** The pages with generated parts, as they should be now. */
export async function pages(): Promise<Map<string, string>> {
	return new Map([
		[
			"README.md",
			withParts("README.md", { services: await servicesTable(), settings: settingsTable() }),
		],
		["docs/errors.md", withParts("docs/errors.md", { errors: await errorsTable() })],
		["docs/events.md", withParts("docs/events.md", { events: await eventsTable() })],
		[
			"docs/metrics.md",
			withParts("docs/metrics.md", { counts: await countsTable(), figures: figuresTable() }),
		],
		[
			"docs/sagas.md",
			withParts("docs/sagas.md", {
				definitions: definitionsPart(),
				choreographies: choreographiesPart(),
			}),
		],
		...(await deployed()),
	]);
}

/** The page with each part between its markers, `<!-- name -->` and `<!-- /name -->`. */
function withParts(file: string, parts: Record<string, string>): string {
	let page = readFileSync(join(ROOT, file), "utf8");
	for (const [name, part] of Object.entries(parts)) {
		const [open, close] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
		const [from, to] = [page.indexOf(open), page.indexOf(close)];
		if (from < 0 || to < from)
			throw new Error(`${file} has no place for ${name}: ${open} … ${close}`);
		page = `${page.slice(0, from)}${open}\n${part}\n${page.slice(to)}`;
	}
	return page;
}
