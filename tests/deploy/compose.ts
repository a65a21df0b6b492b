import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

export interface Service {
	image?: string;
	build?: unknown;
	command?: string[];
	container_name?: string;
	profiles?: string[];
	environment?: Record<string, string>;
	networks: string[] | Record<string, { aliases?: string[] }>;
	ports?: string[];
	volumes?: string[];
	secrets?: string[];
	tmpfs?: string[];
	healthcheck?: Record<string, unknown>;
	depends_on?: Record<string, { condition: string }>;
	deploy: { resources: Record<string, { cpus: string; memory: string }> };
	read_only?: boolean;
	init?: boolean;
	cap_drop?: string[];
	security_opt?: string[];
	stop_grace_period?: string;
	logging?: { options: object };
}
export interface Compose {
	name?: string;
	services: Record<string, Service>;
	networks: Record<string, { internal?: boolean } | null>;
	volumes: Record<string, unknown>;
	secrets?: Record<string, { file: string }>;
}

const LISTS = ["ports", "volumes", "secrets", "tmpfs"]; // compose adds to these, and replaces the others

/** Files of compose as one, as `docker compose -f … -f …` reads them; variables at their defaults. */
export function compose(files: readonly string[], root = "."): Compose {
	const read = (file: string) =>
		parse(readFileSync(join(root, file), "utf8"), { merge: true, maxAliasCount: -1 }) as Compose;
	const [first, ...others] = files.map(read);
	return resolved(others.reduce<unknown>((all, one) => merged(all, one), first)) as Compose;
}

function merged(base: unknown, over: unknown, key = ""): unknown {
	if (Array.isArray(base) && Array.isArray(over))
		return LISTS.includes(key) ? [...base, ...over] : over;
	if (!isMap(base) || !isMap(over)) return over;
	const names = new Set([...Object.keys(base), ...Object.keys(over)]);
	return Object.fromEntries(
		[...names].map((name) => [
			name,
			name in over && name in base
				? merged(base[name], over[name], name)
				: (over[name] ?? base[name]),
		]),
	);
}

const isMap = (value: unknown): value is Record<string, unknown> =>
	typeof value === "object" && value !== null && !Array.isArray(value);

function resolved(value: unknown): unknown {
	if (typeof value === "string")
		return value.replaceAll(/(?<!\$)\$\{\w+(?::-([^}]*))?\}/g, (_, fallback = "") => fallback);
	if (Array.isArray(value)) return value.map(resolved);
	if (!isMap(value)) return value;
	return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, resolved(one)]));
}

export const networksOf = ({ networks }: Service): string[] =>
	Array.isArray(networks) ? networks : Object.keys(networks);
