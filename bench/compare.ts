import "../config/process.ts";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { client, KEY } from "../tests/support/client.ts";
import { rows } from "../tests/support/ledgers.ts";
import { type Product, startProduct } from "../tests/support/product.ts";
import { order } from "./drive.ts";

const HELP = `npm run compare [-- --seconds N --at-once N]

Starts the product and sells the same things orchestrated and choreographed, in turns; prints a table.
`;
const MODES = ["orchestrated", "choreographed"] as const;
type Mode = (typeof MODES)[number];
const ROUNDS = 3;
const PRODUCTS = 60; // orders spread over them, as they would
const OUTBOXES = ["orders", "inventory", "payments", "saga"]; // who says something about an order
const STOCK = 1_000_000;
const SETTLE_MS = 3_000; // reactions, and whoever watches, are part of the price

const args = process.argv.slice(2);
const option = (name: string, otherwise: number) =>
	Number(args[args.indexOf(name) + 1]) || otherwise;
const seconds = option("--seconds", 6);
const connections = option("--at-once", 16);
const print = (text = "") => process.stdout.write(`${text}\n`);

interface Round {
	per_second: number;
	p50: number;
	p99: number;
	wrong: number;
	messages: number;
	statements: number;
}

/** So far: calls of steps and facts recorded in outboxes; statements of all databases. */
async function counts({ counts_url, data_dir }: Product) {
	const page = await fetch(counts_url).then((answer) => answer.text());
	const sum = (name: string) =>
		[...page.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\d+)`, "gm"))].reduce(
			(total, [, count]) => total + Number(count),
			0,
		);
	return {
		messages: sum("saga_orchestrator_service_calls_total") + announced(data_dir),
		statements: sum("db_statements_total"),
	};
}

const announced = (data_dir: string) =>
	OUTBOXES.reduce((total, context) => {
		const [row] = rows(data_dir, context, "select coalesce(sum(last_seq), 0) as n from outbox_key");
		return total + Number(row?.n ?? 0);
	}, 0);

async function round(product: Product, token: string, mode: Mode): Promise<Round> {
	const before = await counts(product);
	const measured = await order({
		url: product.url,
		query: `?saga=${mode}`,
		seconds,
		connections,
		token,
		key: KEY,
		product: (n: number) => String(1 + (n % PRODUCTS)),
	});
	await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
	const after = await counts(product);
	const each = (what: "messages" | "statements") => (after[what] - before[what]) / measured.orders;
	return { ...measured, messages: each("messages"), statements: each("statements") };
}

function median(rounds: readonly Round[], what: keyof Round): string {
	const values = rounds.map((one) => one[what]).sort((a, b) => a - b);
	return (values[Math.floor(values.length / 2)] ?? Number.NaN).toFixed(1);
}

async function main() {
	const product = await startProduct({
		env: { RETAIL_ACCESS_LOG: join(tmpdir(), `comptoir-compare-${process.pid}.log`) },
	});
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
	const rounds: Record<Mode, Round[]> = { orchestrated: [], choreographed: [] };
	for (const mode of MODES) await round(product, token, mode); // warms up
	for (let turn = 0; turn < ROUNDS; turn++)
		for (const mode of MODES) rounds[mode].push(await round(product, token, mode));

	print(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, one process, SQLite,`);
	print(`${connections} buyers at once, median of ${ROUNDS} rounds of ${seconds} s in turns:\n`);
	print("| | orders/s | p50 ms | p99 ms | messages an order | statements an order | wrong |");
	print("| --- | --- | --- | --- | --- | --- | --- |");
	for (const mode of MODES) {
		const cells = (["per_second", "p50", "p99", "messages", "statements", "wrong"] as const).map(
			(what) => median(rounds[mode], what),
		);
		print(`| ${[mode, ...cells].join(" | ")} |`);
	}
	await product.stop();
	product.remove();
}

if (args.includes("--help")) print(HELP);
else await main();
