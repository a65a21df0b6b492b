import { spawnSync } from "node:child_process";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { findNatsServer } from "../../scripts/nats-server.ts";
import { findPostgres } from "../../scripts/postgres.ts";
import { rows } from "../support/ledgers.ts";
import type { Fault } from "./faults.ts";
import type { Shown, Wanted } from "./run.ts";
import type { Struck } from "./strike.ts";

const COMPLAINTS_MAX = 12;
const GIB = 2 ** 30;
const said = (command: string, ...args: string[]) =>
	spawnSync(command, args, { encoding: "utf8" }).stdout?.trim() || "unknown";

/** What it ran on, and how to run it again. */
export function setting({ seed, database }: Pick<Wanted, "seed" | "database">): string {
	const [first] = cpus();
	const servers = [
		said(findNatsServer(), "--version"),
		...(database === "postgres" ? [said(join(findPostgres(), "postgres"), "--version")] : []),
	];
	const commit = said("git", "rev-parse", "--short", "HEAD");
	const memory = `${(totalmem() / GIB).toFixed(0)} GiB`;
	const machine = `${cpus().length} × ${first?.model}, ${memory}`;
	return `seed ${seed}, commit ${commit}, node ${process.version}, ${servers.join(", ")}; ${machine}`;
}

/** What was done, and what came of it, for people to read. */
export function report(shown: Shown): string[] {
	const { bought, filed, served, struck, toll } = shown;
	const undone = bought.filter(({ answer }) => answer?.body.saga_id && answer.status !== 201);
	const table: [string, string | number][] = [
		["orders; undone", `${bought.length}; ${undone.length}`],
		["claims", filed.length],
		["work took; orders a second", `${seconds(shown.load_ms)}; ${rate(shown)}`],
		["then rest after", seconds(shown.rest_ms)],
		["facts published, repeats too", shown.facts],
		["processes killed", ofKind(struck, "process").length],
		["nats-server killed", ofKind(struck, "nats").length],
		["PostgreSQL killed", ofKind(struck, "postgres").length],
		["orchestrators frozen; sagas gone on with", frozen(struck)],
		...Object.entries(toll),
		["duplicates, harmless", shown.duplicates],
		["streams repaired", shown.repairs],
		...outcomes(shown),
		["longest until a process was back", seconds(Math.max(0, ...shown.recoveries_ms))],
		["longest until an order after a fault stood", recovery(shown)],
		["served at once; asked once more", available(served)],
		["requests; repeats", `${served.requests}; ${served.again}`],
		["asked again because of", [...served.troubles].map(([why, n]) => `${why}: ${n}`).join(", ")],
		...complaints(shown),
		["looked at while it ran", `${shown.looks} times`],
	];
	return table.map(([what, value]) => `${what.padEnd(44)} ${value}`);
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
const rate = ({ bought, load_ms }: Shown) => ((1_000 * bought.length) / load_ms).toFixed(1);
const ofKind = (struck: readonly Struck[], kind: Fault["kind"]) =>
	struck.filter(({ fault }) => fault.kind === kind);
const frozen = (struck: readonly Struck[]) => {
	const all = ofKind(struck, "freeze");
	return `${all.length}; ${all.map(({ taken_over }) => taken_over).join(", ") || 0}`;
};
/** Of the requests that people made, whatever was done to the mesh just then. */
const available = ({ requests, at_once, at_second }: Shown["served"]) =>
	[at_once, at_second].map((n) => `${((100 * n) / requests).toFixed(2)} %`).join("; ");

/** The most frequent: each is either expected of the fault, or a defect. */
const complaints = (shown: Shown): [string, string][] =>
	[...shown.complaints]
		.sort(([, a], [, b]) => b - a)
		.slice(0, COMPLAINTS_MAX)
		.map(([said, n]) => ["error in the log of a process", `${n} × ${said}`]);

/** What sagas had to live with. */
function outcomes({ evidence: { data_dir } }: Shown): [string, string | number][] {
	const one = (sql: string) => rows<{ n: number }>(data_dir, "saga", sql)[0]?.n ?? 0;
	const unknown = one("select count(*) as n from saga_history where outcome = 'UNKNOWN'");
	const taken = one("select count(distinct saga_id) as n from saga_history where type = 'RESUMED'");
	const longest = one("select max(finished_at - created_at) as n from saga");
	return [
		["outcomes that nobody knew", unknown],
		["sagas that changed hands", taken],
		["the longest saga", seconds(longest)],
	];
}

/** From a fault to the first order that was asked for after it, and stands. */
function recovery({ struck, bought }: Shown): string {
	const stood = bought.filter(({ answer }) => answer?.status === 201);
	const next = struck.map(({ from }) => {
		const after = stood.filter(({ asked_at }) => asked_at >= from);
		return Math.min(
			...after.map(({ answered_at = Number.POSITIVE_INFINITY }) => answered_at - from),
		);
	});
	return seconds(Math.max(0, ...next.filter(Number.isFinite)));
}
