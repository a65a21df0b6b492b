import { natsServer } from "../support/nats.ts";
import { seeded } from "../support/simulate-clock.ts";
import { until } from "../support/until.ts";
import { type Evidence, examine, type Finding } from "./checks.ts";
import { type Bought, crowd, type Filed } from "./crowd.ts";
import { desk } from "./desk.ts";
import { unfinished } from "./drain.ts";
import { type Amounts, planOf } from "./faults.ts";
import { startFleet } from "./fleet.ts";
import { hearing } from "./readers.ts";
import { furnish } from "./shop.ts";
import { type Struck, strikeAll } from "./strike.ts";

export interface Wanted extends Amounts {
	readonly seed: number;
	readonly orders: number;
	readonly claims: number;
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
	readonly facts: number;
	readonly duplicates: number;
	readonly repairs: number;
	readonly again: number;
	readonly load_ms: number;
	/** From the last fault or answer, whatever came last, until all was done. */
	readonly rest_ms: number;
	/** The files of the contexts, until `remove`. */
	readonly evidence: Evidence;
	remove(): void;
}

const REST = "G17 I10 the mesh comes to rest";
const ANSWERED = "CLM-15 all who asked were answered";
const ALIVE = "no process died that was not killed";
/** What is looked at while it runs, beside the checks of what it leaves. */
export const WATCHED = [REST, ANSWERED, ALIVE];

const SCARCE = 0.04; // of the orders can have what every tenth of them wants
const PRINT_MS = 5_000;

/** Buys and claims while the mesh and its broker are killed, waits for rest, stops all, and looks. */
export async function run(wanted: Wanted): Promise<Shown> {
	const { seed, orders, claims, print } = wanted;
	const heard = await hearing();
	const server = await natsServer();
	const fleet = await startFleet(server.url);
	try {
		await fleet.whole();
		const passwords = await furnish(fleet.url, Math.ceil(orders * SCARCE));
		const counter = desk(fleet.url, passwords);
		const from = performance.now();
		const people = crowd(counter, seeded(seed), { orders, claims });
		const progress = setInterval(() => {
			const { bought, filed } = people;
			const share = (people.progress() * 100).toFixed(0).padStart(3);
			print(
				`${share} %  ${bought.length} orders, ${filed.length} claims, ${counter.again()} asked again`,
			);
		}, PRINT_MS);
		const plan = planOf(seeded(seed + 1), wanted, fleet.names);
		const struck = await strikeAll({ server, fleet, desk: counter, crowd: people, print }, plan);
		await people.done.finally(() => clearInterval(progress));
		await fleet.whole();
		const worked = performance.now();
		print(
			`all is bought and claimed, after ${((worked - from) / 1_000).toFixed(0)} s; waiting for rest`,
		);

		const left = await rest(fleet.data_dir, heard, wanted);
		const rested = performance.now();
		const counted = await Promise.all(
			["inbox_duplicates_total", "outbox_repairs_total", "outbox_published_total"].map((name) =>
				fleet.counted(name),
			),
		);
		await fleet.stop();
		print("all have stopped; looking at what they leave");

		const { bought, filed } = people;
		const evidence = { data_dir: fleet.data_dir, hearing: heard, bought, filed };
		const findings = await examine(evidence);
		return {
			...{ struck, bought, filed, evidence, again: counter.again() },
			findings: [
				...findings,
				finding(REST, unfinishedSaid(left)),
				finding(ANSWERED, people.lost),
				finding(ALIVE, fleet.deaths),
			],
			...{ duplicates: counted[0] ?? 0, repairs: counted[1] ?? 0, facts: counted[2] ?? 0 },
			load_ms: worked - from,
			rest_ms: rested - worked,
			remove: () => fleet.remove(),
		};
	} catch (error) {
		await fleet.stop();
		fleet.remove();
		throw error;
	} finally {
		await server.remove();
	}
}

/** Answers what is left when the time is over: nothing, as a rule. */
async function rest(
	data_dir: string,
	heard: Evidence["hearing"],
	{ rest_ms, appointments_ms, print }: Wanted,
): Promise<Record<string, number>> {
	let left: Record<string, number> = {};
	let said = performance.now();
	const look = () => {
		left = unfinished(data_dir, heard, appointments_ms);
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
