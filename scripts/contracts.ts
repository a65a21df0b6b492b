import { globSync } from "node:fs";
import { join } from "node:path";
import type { Action } from "../lib/contract.ts";
import type { Event } from "../lib/fact.ts";
import type { Refusal } from "../lib/refusal.ts";
import { ROOT } from "./markdown.ts";

/** A contract as its file exports it, with the name of the constant that others import. */
export interface Found {
	readonly constant: string;
	readonly name: string;
	readonly actions: Map<string, Action>;
	readonly events: Event[];
}

type Module = Record<string, unknown>;
const load = (file: string): Promise<Module> => import(join(ROOT, file));
const contractFiles = () => globSync("services/*/*.contract.ts", { cwd: ROOT }).sort();

export async function contracts(): Promise<Found[]> {
	const modules = await Promise.all(contractFiles().map(load));
	return modules.flatMap((module, at) => {
		const context = contractFiles()[at]?.split("/")[1];
		return Object.entries(module).flatMap(([constant, value]) =>
			isContract(value) && value.name === context ? [foundIn(constant, value)] : [],
		);
	});
}

const isContract = (value: unknown): value is { name: string } =>
	typeof value === "object" && value !== null && "name" in value && Object.isFrozen(value);

function foundIn(constant: string, contract: { name: string }): Found {
	const entries = Object.entries(contract);
	return {
		constant,
		name: contract.name,
		actions: new Map(
			entries.flatMap(([key, value]) =>
				typeof value === "function" && "action" in value ? [[key, value as Action]] : [],
			),
		),
		events: entries.flatMap(([, value]) =>
			typeof value === "function" && "event" in value ? [value as unknown as Event] : [],
		),
	};
}

/** Every refusal that a contract, or our grammar, exports, and the file that says it first. */
export async function refusals(): Promise<{ refusal: Refusal; file: string }[]> {
	const ours = globSync("{lib,mixins}/*.ts", { cwd: ROOT }).filter(
		(file) => !file.endsWith(".d.ts"),
	);
	const files = [...ours.sort(), ...contractFiles()];
	const modules = await Promise.all(files.map(load));
	return modules.flatMap((module, at) =>
		Object.values(module).flatMap((value) =>
			typeof value === "function" && "code" in value && "entry" in value
				? [{ refusal: value as unknown as Refusal, file: files[at] as string }]
				: [],
		),
	);
}
