import { readFileSync } from "node:fs";
import { client, KEY } from "../tests/support/client.ts";
import type { Product } from "../tests/support/product.ts";
import { order } from "./drive.ts";
import { fixed, row } from "./print.ts";

const PRODUCTS = 60; // orders spread over them, as they would
const STOCK = 1_000_000;
const TICKS = 100; // of the kernel's clock, in a second
const QUIET_MS = 500;
const QUIET_S = 0.05; // of a core in that time: what an idle process takes

export async function orders(product: Product, seconds: number): Promise<void> {
	const shop = client(product);
	const [admin, token] = [
		await shop.login("admin", "admin"),
		await shop.login("user@example.com", "password"),
	];
	for (let id = 1; id <= PRODUCTS; id++)
		await shop.put(`/api/v1/stock/${id}`, {
			token: admin,
			body: { location: "online", quantity: STOCK, reason: "bench" },
		});
	const load = {
		url: product.url,
		seconds,
		token,
		key: KEY,
		product: (n: number) => String(1 + (n % PRODUCTS)),
	};
	await order({ ...load, connections: 16, seconds: 2 }); // warms up
	for (const connections of [1, 16, 64]) {
		const [before, cpu] = [await statements(product), cpuOf(product)];
		const measured = await order({ ...load, connections });
		await settled(product);
		const each = ((await statements(product)) - before) / measured.orders;
		const cpu_ms = ((cpuOf(product) - cpu) * 1_000) / measured.orders;
		const cost = `${fixed(each)} statements and ${fixed(cpu_ms)} ms of a core each`;
		row(`orders completed, ${connections} at once`, measured, cost);
	}
}

/** All who follow what happens have followed: they are part of the price. */
async function settled(product: Product): Promise<void> {
	for (let before = 0, now = cpuOf(product); now - before > QUIET_S; now = cpuOf(product)) {
		before = now;
		await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
	}
}

/** SQL statements so far, all contexts, as the metrics page counts them. */
async function statements({ counts_url }: Product): Promise<number> {
	const page = await fetch(counts_url).then((answer) => answer.text());
	return [...page.matchAll(/^db_statements_total\{[^}]*\} (\d+)/gm)].reduce(
		(sum, [, count]) => sum + Number(count),
		0,
	);
}

/** Seconds of a core so far, as the kernel counts them. */
function cpuOf({ pid }: Product): number {
	const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
	const [user, system] = stat
		.slice(stat.lastIndexOf(")") + 2)
		.split(" ")
		.slice(11);
	return (Number(user) + Number(system)) / TICKS;
}

/** The resident memory of a process, in MiB, as the kernel counts it. */
export function memoryOf({ pid }: Pick<Product, "pid">): number {
	const [, kib = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
	return Number(kib) / 1_024;
}
