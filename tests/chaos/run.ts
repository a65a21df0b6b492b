import { until } from "../support/until.ts";
import { type Evidence, examine, type Finding } from "./checks.ts";
import type { Bought, Filed } from "./crowd.ts";
import type { Served } from "./desk.ts";
import { unfinished } from "./drain.ts";
import type { Amounts } from "./faults.ts";
import { hearing } from "./readers.ts";
import { lateSagas } from "./sagas.checks.ts";
import { raised, type Scene } from "./scene.ts";
import { storm } from "./storm.ts";
import type { Struck } from "./strike.ts";
import type { Kind, Tampering } from "./toll.ts";

export interface Wanted extends Amounts, Tampering {
	readonly seed: number;
	readonly database: "postgres" | "sqlite";
	readonly orders: number;
	readonly claims: number;
	/** Over how long the orders are spread; 0 sells as fast as the mesh can. */
	readonly work_ms: number;
	/** How long the mesh may take to come to rest, once nothing is done to it any more. */
	readonly rest_ms: number;
	/** Messages that are to be tried again later than that are at rest: a dead postman's wait a minute. */
	readonly appointments_ms: number;
	print(line: string): void;
}

/** What a run has shown. */
export interface Shown {
	readonly findings: readonly Finding[];
	readonly struck: readonly Struck[];
	readonly bought: readonly Bought[];
	readonly filed: readonly Filed[];
	readonly served: Served;
	readonly facts: number;
	readonly duplicates: number;
	readonly repairs: number;
	/** What was done to messages. */
	readonly toll: Readonly<Record<Kind, number>>;
	/** How often what must always hold was looked at. */
	readonly looks: number;
	readonly recoveries_ms: readonly number[];
	/** What processes have called an error, and how often. */
	readonly complaints: ReadonlyMap<string, number>;
	readonly load_ms: number;
	/** From the last fault or answer, whatever came last, until all was done. */
	readonly rest_ms: number;
	/** The files of the contexts, until `remove`. */
	readonly evidence: Evidence;
	remove(): void;
}

const SAGAS_MS = 60_000;
const REST = "I10 the mesh comes to rest";
const SAGAS = "G17 D15 I4 I10 every saga has ended 60 s after the faults";
const ANSWERED = "CLM-15 all who asked were answered";
const ALIVE = "no process died that was not killed";
const ALWAYS = "I2 I11 all the while no stock is below zero, each level is the sum of its ledger";
/** What is looked at while it runs, beside the checks of what it leaves. */
export const WATCHED = [REST, SAGAS, ANSWERED, ALIVE, ALWAYS];

const PRINT_MS = 5_000;

/** Buys and claims while the mesh and its servers are killed, waits for rest, stops all, and looks. */
export async function run(wanted: Wanted): Promise<Shown> {
	const { print } = wanted;
	const heard = await hearing();
	const scene = await raised(wanted);
	const { fleet, books, toll } = scene;
	try {
		const { people, struck, looks, wrong, load_ms, served } = await storm(scene, wanted);
		const over_at = Date.now();
		await fleet.whole();
		const worked = performance.now();
		print(`all is bought and claimed, after ${(load_ms / 1_000).toFixed(0)} s; waiting for rest`);
		const left = await rest(scene, heard, wanted);
		const rest_ms = performance.now() - worked;
		const names = ["inbox_duplicates_total", "outbox_repairs_total", "outbox_published_total"];
		const [duplicates = 0, repairs = 0, facts = 0] = await Promise.all(names.map(fleet.counted));
		await fleet.stop();
		print("all have stopped; looking at what they leave");

		const { bought, filed } = people;
		const evidence = { data_dir: await books.files(), hearing: heard, bought, filed };
		const findings = [
			...(await examine(evidence)),
			finding(REST, unfinishedSaid(left)),
			finding(SAGAS, lateSagas(evidence, over_at, SAGAS_MS)),
			finding(ANSWERED, people.lost),
			finding(ALIVE, fleet.deaths),
			finding(ALWAYS, wrong),
		];
		return {
			...{ findings, struck, bought, filed, evidence, served, looks, load_ms, rest_ms },
			...{ duplicates, repairs, facts, toll: toll.counted() },
			...{ recoveries_ms: fleet.recoveries_ms, complaints: fleet.complaints() },
			remove: fleet.remove,
		};
	} catch (error) {
		await fleet.stop();
		fleet.remove();
		throw error;
	} finally {
		await scene.leave();
	}
}

/** Answers what is left when the time is over: nothing, as a rule. */
async function rest(
	{ books }: Scene,
	heard: Evidence["hearing"],
	{ rest_ms, appointments_ms, print }: Wanted,
): Promise<Record<string, number>> {
	let left: Record<string, number> = {};
	let said = performance.now();
	const look = async () => {
		left = await unfinished(books, heard, appointments_ms);
		if (performance.now() - said < PRINT_MS) return left;
		said = performance.now();
		print(`still to be done: ${unfinishedSaid(left).join(", ")}`);
		return left;
	};
	const isAll = () => Object.keys(left).length === 0;
	await until(look, isAll, rest_ms).catch(() => {}); // what is left then is a finding
	return left;
}

const unfinishedSaid = (left: Record<string, number>) =>
	Object.entries(left).map(([what, n]) => `${n} ${what}`);
const finding = (check: string, examples: readonly string[]): Finding => ({
	check,
	count: examples.length,
	examples: examples.slice(0, 10),
});
