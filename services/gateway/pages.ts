import { createHash } from "node:crypto";
import type { ActionSchema } from "../../lib/contract.ts";
import type { Exchange, Page } from "./exchange.ts";
import { notFound } from "./gateway.contract.ts";
import { health, healthOf, live, ready, type Vitals } from "./health.ts";
import { documentOf, pathOf } from "./openapi.ts";
import { asHtml, problemPage } from "./problem.ts";
import type { Operation, Table } from "./routes.ts";
import { shapeOf } from "./shape.ts";

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code{background:#eee;padding:0 .3em}summary{cursor:pointer}pre{overflow:auto;background:#f6f6f6;padding:1em}`;
const CSP = `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'; frame-ancestors 'none'`;

/** What the gateway answers by itself, open to all. */
export function pagesOf(vitals: Vitals): Operation[] {
	const first = ({ values }: Exchange) => values[0] ?? "";
	return [
		page("GET /health", "health", () => health(vitals)),
		page("GET /health/live", "health", live),
		page("GET /health/ready", "health", () => ready(vitals)),
		page("GET /health/:context", "health", (exchange) => healthOf(vitals, first(exchange))),
		page("GET /api/v1/health", "health", () => health(vitals)),
		page("GET /openapi.json", "documents", () => documentPage(vitals.table)),
		page("GET /openapi/:context", "documents", (exchange) =>
			contextDocument(vitals, first(exchange)),
		),
		page("GET /docs", "documents", () => docs(vitals)),
		page("GET /api/docs", "documents", () => docs(vitals)),
		page("GET /problems/:code", "documents", (exchange) => meaning(vitals, first(exchange))),
	];
}

const NOTHING = { key: false, token: false, either: false };
const schema = { params: { type: "object", properties: {} } } as unknown as ActionSchema;

export function page(place: string, context: string, answer: Operation["page"] & {}): Operation {
	const [method = "", path = ""] = place.split(" ");
	const seen_at = Number.POSITIVE_INFINITY;
	const action = `gateway ${path}`;
	const shape = shapeOf(method, path, schema);
	const refusals = new Map();
	return {
		method,
		path,
		context,
		action,
		alias: false,
		schema,
		shape,
		needs: NOTHING,
		refusals,
		page: answer,
		seen_at,
	};
}

const json = (body: object): Page => ({
	type: "application/json; charset=utf-8",
	body: JSON.stringify(body),
});

const html = (title: string, body: string): Page => ({
	type: "text/html; charset=utf-8",
	headers: { "Content-Security-Policy": CSP },
	body: `<!doctype html><html lang="fr"><meta charset="utf-8"><title>${asHtml(title)}</title><style>${STYLE}</style><body>${body}`,
});

/** Assembled once for each table: it is long, and changes only with what is served. */
const documents = new WeakMap<Table, Map<string, Page>>();
function documentPage(table: Table, context = ""): Page {
	const known = documents.get(table) ?? new Map<string, Page>();
	documents.set(table, known);
	const made = known.get(context) ?? json(documentOf(table, context));
	known.set(context, made);
	return made;
}

/** `/openapi/catalog.json` */
function contextDocument({ table }: Vitals, file: string): Page {
	const context = file.replace(/\.json$/, "");
	if (context === file || !table.operations.some((one) => !one.page && one.context === context))
		throw notFound();
	return documentPage(table, context);
}

function meaning({ table }: Vitals, code: string): Page {
	const entry = table.refusals.get(code);
	if (!entry) throw notFound();
	return html(code, problemPage(entry));
}

/** The document for people: no script, nothing from elsewhere. */
function docs({ table }: Vitals): Page {
	const contexts = Map.groupBy(
		table.operations.filter(({ page: isPage }) => !isPage),
		({ context }) => context,
	);
	const parts = [...contexts]
		.sort()
		.map(
			([context, operations]) =>
				`<h2>${asHtml(context)} <a href="/openapi/${asHtml(context)}.json">JSON</a></h2>${operations.map(rowOf).join("")}`,
		);
	return html(
		"Comptoir — API",
		`<h1>Comptoir — API</h1><p><a href="/openapi.json">OpenAPI 3.1</a></p>${parts.join("")}`,
	);
}

function rowOf({ method, path, schema: { summary = "", roles = [], params } }: Operation): string {
	const fields = asHtml(JSON.stringify(params.properties, null, 2));
	return `<details><summary><code>${method} ${asHtml(pathOf(path))}</code> ${asHtml(summary)}</summary><p>${roles.join(", ")}</p><pre>${fields}</pre></details>`;
}
