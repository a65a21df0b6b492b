import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { ServiceSchema } from "moleculer";
import { CONTEXTS } from "../config/topology.ts";
import { DEFINITIONS } from "../services/saga/definitions.ts";
import { contracts, type Found } from "./contracts.ts";
import { ROOT, tableOf } from "./markdown.ts";

const HEAD = ["service", "owns", "calls", "announces", "hears"];

/** Who owns, calls, announces and hears what: read from migrations, code, contracts and services. */
export async function servicesTable(): Promise<string> {
	const known = await contracts();
	const rows = CONTEXTS.map(async (context) => [
		`[${context}](services/${context}/)`,
		code(tablesOf(context)),
		callsOf(context, known),
		code(known.find(({ name }) => name === context)?.events.map(({ event }) => short(event)) ?? []),
		code(await heardBy(context)),
	]);
	return tableOf(HEAD, await Promise.all(rows));
}

const code = (names: string[]) => names.map((name) => `\`${name}\``).join(" ");
const short = (event: string) => event.slice(event.indexOf(".") + 1);
const read = (file: string) => readFileSync(join(ROOT, file), "utf8");

/** Its tables, without those that mixins add to every context. */
function tablesOf(context: string): string[] {
	const files = globSync(`services/${context}/migrations/*.sql`, { cwd: ROOT });
	const ours = files.filter((file) => !file.endsWith(".postgres.sql")).sort();
	return tablesAfter(ours.map(read).join("\n"));
}

const TABLE =
	/^(?:create table (?:if not exists )?(\w+)|drop table (?:if exists )?(\w+)|alter table (\w+) rename to (\w+))/gm;

/** What is there once all of it has run: a table that was made over has its first place. */
export function tablesAfter(sql: string): string[] {
	const [tables, gone] = [new Set<string>(), new Set<string>()];
	for (const [, created, dropped, renamed, name] of sql.matchAll(TABLE)) {
		for (const one of [created, name].filter((found) => found !== undefined)) {
			tables.add(one);
			gone.delete(one);
		}
		const left = dropped ?? renamed;
		if (left !== undefined) gone.add(left);
	}
	return [...tables].filter((one) => !gone.has(one));
}

function callsOf(context: string, known: Found[]): string {
	const routed = context === "gateway" ? "every action with a route; " : "";
	return `${routed}${code(actionsAskedBy(context, known))}`;
}

/** The actions of others that the code of a context names; those that it finds at run time are not among them. */
export function actionsAskedBy(context: string, known: Found[]): string[] {
	const own = globSync(`services/${context}/*.ts`, { cwd: ROOT }).map(read).join("\n");
	const asked = known
		.filter(({ name }) => name !== context)
		.flatMap(({ constant, actions }) =>
			[...actions].flatMap(([key, { action }]) =>
				new RegExp(`\\b${constant}\\s*\\.${key}\\(`).test(own) ? [action] : [],
			),
		);
	const steps = DEFINITIONS.flatMap((saga) => saga.steps).flatMap(({ action, undo }) =>
		undo ? [action.action, undo.action.action] : [action.action],
	);
	const driven = context === "saga" ? steps : [];
	return [...new Set([...driven, ...asked])];
}

/** The facts that a context's service reacts to; `"*"` is every one. */
export async function heardBy(context: string): Promise<string[]> {
	const module = await import(join(ROOT, `services/${context}/${context}.service.ts`));
	const { hears = {} } = (module as { default: ServiceSchema }).default as { hears?: object };
	return Object.keys(hears);
}
