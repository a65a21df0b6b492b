import "../config/process.ts";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { client, KEY } from "../tests/support/client.ts";
import { type Product, startProduct } from "../tests/support/product.ts";
import { drive, type Measured, order } from "./drive.ts";

const HELP = `npm run bench [-- --seconds N]

Starts the product, drives it from this process over loopback, and prints what it measured.
`;
const CONNECTIONS = 64;
const ROUNDS = 5;
const PRODUCTS = 60; // orders spread over them, as they would
const STOCK = 1_000_000;

const args = process.argv.slice(2);
const seconds = Number(args[args.indexOf("--seconds") + 1] || 8);
const print = (text = "") => process.stdout.write(`${text}\n`);
const round = (value: number, digits = 1) => value.toFixed(digits);

function row(name: string, measured: Measured | undefined, note = "") {
	const { per_second, p50, p99, wrong } = measured as Measured;
	const cells = [name.padEnd(34), round(per_second, 0).padStart(8), round(p50).padStart(8)];
	print(`${cells.join("")}${round(p99).padStart(8)}${String(wrong).padStart(7)}  ${note}`);
}

/** The resident memory of a process, in MiB, as the kernel counts it. */
function memory(pid: number): number {
	const [, kib = "0"] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8")) ?? [];
	return Number(kib) / 1_024;
}

async function bare(body: string) {
	const child = spawn(process.execPath, [join(import.meta.dirname, "bare.ts")], {
		env: { ...process.env, NODE_OPTIONS: "", BENCH_BODY: body },
		stdio: ["ignore", "pipe", "inherit"],
	});
	const port = await new Promise<string>((resolve) =>
		child.stdout.once("data", (said: Buffer) =>
			resolve(String(said).trim().split(" ").at(-1) ?? ""),
		),
	);
	return { url: `http://127.0.0.1:${port}`, stop: () => child.kill() };
}

/** In turns, a few times over: the machine is shared, and what is compared must meet the same weather. */
async function reads(product: Product) {
	const headers = { "X-API-Key": KEY };
	const list = `${product.url}/api/v1/products?limit=20`;
	const body = await fetch(list, { headers }).then((answer) => answer.text());
	const node = await bare(body);
	const load = { connections: CONNECTIONS, seconds: Math.max(1, seconds / 2) };
	const rounds: Measured[][] = [];
	for (let turn = 0; turn < ROUNDS; turn++)
		rounds.push([
			await drive({ ...load, url: node.url }),
			await drive({ ...load, url: list, headers }),
			await drive({ ...load, url: `${product.url}/api/v1/products/1`, headers }),
		]);
	node.stop();
	const [alone, many, one] = [0, 1, 2].map((nth) => median(rounds.map((one) => one[nth])));
	const share = (nth: number) => {
		const ratios = rounds.map((one) => (one[nth]?.per_second ?? 0) / (one[0]?.per_second ?? 1));
		return `${round(100 * (ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0))} % of bare node:http`;
	};
	row(`bare node:http, ${body.length} bytes`, alone);
	row("GET /products?limit=20", many, share(1));
	row("GET /products/1", one, share(2));
}

/** The round in the middle, by its rate. */
function median(measured: (Measured | undefined)[]): Measured {
	const known = measured.filter((one) => one !== undefined);
	const sorted = known.sort((a, b) => a.per_second - b.per_second);
	return sorted[Math.floor(sorted.length / 2)] as Measured;
}

async function orders(product: Product) {
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
		const before = await statements(product);
		const measured = await order({ ...load, connections });
		const each = ((await statements(product)) - before) / measured.orders;
		row(`orders completed, ${connections} at once`, measured, `${round(each)} statements each`);
	}
}

/** SQL statements so far, all contexts, as the metrics page counts them. */
async function statements({ metrics_url }: Product): Promise<number> {
	const page = await fetch(metrics_url).then((answer) => answer.text());
	return [...page.matchAll(/^db_statements_total\{[^}]*\} (\d+)/gm)].reduce(
		(sum, [, count]) => sum + Number(count),
		0,
	);
}

async function main() {
	const first = performance.now();
	const fresh = await startProduct({
		env: { RETAIL_ACCESS_LOG: join(tmpdir(), `comptoir-bench-${process.pid}.log`) },
	});
	const first_ms = performance.now() - first;
	const again = performance.now();
	const product = await fresh.restart("SIGTERM");
	const ready_ms = performance.now() - again;
	const idle = memory(product.pid);

	print(
		`${cpus().length} × ${cpus()[0]?.model}, ${round(totalmem() / 2 ** 30, 0)} GiB, Node ${process.version}, one process, SQLite`,
	);
	print(
		`ready in ${round(first_ms / 1_000)} s with an empty folder, ${round(ready_ms / 1_000)} s with a prepared one (its drain included)\n`,
	);
	print(
		`${"".padEnd(34)}${"per s".padStart(8)}${"p50 ms".padStart(8)}${"p99 ms".padStart(8)}${"wrong".padStart(7)}`,
	);
	await reads(product);
	await orders(product);
	print(
		`\nmemory: ${round(idle, 0)} MiB after the start, ${round(memory(product.pid), 0)} MiB after the load`,
	);
	await product.stop();
	product.remove();
}

if (args.includes("--help")) print(HELP);
else await main();
