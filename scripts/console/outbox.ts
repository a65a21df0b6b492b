import { readFileSync } from "node:fs";
import { env } from "../../config/env.ts";
import type { Folder } from "../mesh/folder.ts";
import { tableFor } from "../mesh/table.ts";

const LIMIT_MS = 2_000;

/** What waits in each outbox, and since when: as every process shows it to Prometheus. */
export async function outboxes({ targets }: Pick<Folder, "targets">): Promise<string> {
	const groups: { targets: string[]; labels: { process: string } }[] = readTargets(targets);
	const pages = await Promise.all(
		groups.map(async ({ targets: [at = ""], labels }) => ({ ...labels, page: await pageOf(at) })),
	);
	const away = pages.filter(({ page }) => page === undefined).map((one) => one.process);
	const rows = waiting(pages.map(({ page = "" }) => page));
	const table = tableFor(
		["context", "pending", "oldest"],
		rows.map(({ context, pending, oldest }) => [
			...[context, pending],
			pending > 0 ? `${oldest.toFixed(1)} s` : undefined,
		]),
	);
	return away.length > 0 ? `${table}\nNo answer from: ${away.join(", ")}` : table;
}

/** Replicas look at the same outbox: what the worst of them sees counts. */
export function waiting(pages: readonly string[]) {
	const figures = new Map<string, { context: string; pending: number; oldest: number }>();
	for (const [, what, context = "", value] of pages.flatMap((page) => [...page.matchAll(LINE)])) {
		const known = figures.get(context) ?? { context, pending: 0, oldest: 0 };
		const name = what === "pending" ? "pending" : "oldest";
		figures.set(context, { ...known, [name]: Math.max(known[name], Number(value)) });
	}
	return [...figures.values()].sort((a, b) => (a.context < b.context ? -1 : 1));
}
const LINE = /^outbox_(pending|oldest_seconds)\{context="([a-z_]+)"\} (\S+)$/gm;

function readTargets(file: string) {
	try {
		return JSON.parse(readFileSync(file, "utf8"));
	} catch (cause) {
		throw new Error(`${file} cannot be read: npm run mesh writes it`, { cause });
	}
}

async function pageOf(at: string): Promise<string | undefined> {
	const token = env.metrics_token;
	const headers = token ? { Authorization: `Bearer ${token}` } : {};
	const signal = AbortSignal.timeout(LIMIT_MS);
	return fetch(`http://${at}/metrics`, { headers, signal })
		.then((reply) => (reply.ok ? reply.text() : undefined))
		.catch(() => undefined);
}
