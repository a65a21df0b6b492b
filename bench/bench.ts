import "../config/process.ts";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus, tmpdir, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findNatsServer } from "../scripts/nats-server.ts";
import { startProduct } from "../tests/support/product.ts";
import { memoryOf, orders } from "./orders.ts";
import { fixed, head, print } from "./print.ts";
import { reads } from "./reads.ts";

const HELP = `npm run bench [-- --seconds 8 --events 20000 --only reads|orders|events]

	reads, orders   starts the product, and drives it from this process over loopback
	events          from outboxes through the event store to read models: within one process, and,
	                where there is one, by way of a nats-server; a rebuild; a verification
`;
const SECTIONS = ["reads", "orders", "events"];
const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "8" },
		events: { type: "string", default: "20000" },
		only: { type: "string" },
		help: { type: "boolean", default: false },
	},
});
const seconds = Number(values.seconds);
const wants = (section: string) => [undefined, section].includes(values.only);

async function ofProduct() {
	const first = performance.now();
	const fresh = await startProduct({
		env: { RETAIL_ACCESS_LOG: join(tmpdir(), `comptoir-bench-${process.pid}.log`) },
	});
	const first_s = (performance.now() - first) / 1_000;
	const again = performance.now();
	const product = await fresh.restart("SIGTERM");
	const ready_s = (performance.now() - again) / 1_000;
	const idle = memoryOf(product);
	print(
		`ready in ${fixed(first_s)} s with an empty folder, ${fixed(ready_s)} s with a prepared one (its drain included)\n`,
	);
	head();
	if (wants("reads")) await reads(product, seconds);
	if (wants("orders")) await orders(product, seconds);
	print(
		`\nmemory: ${fixed(idle, 0)} MiB after the start, ${fixed(memoryOf(product), 0)} MiB after the load\n`,
	);
	await product.stop();
	product.remove();
}

/** Each in a process of its own: what one leaves behind does not slow down the next. */
async function ofEvents() {
	head();
	for (const bus of buses()) {
		const script = join(import.meta.dirname, "events.ts");
		const child = spawn(process.execPath, [script, "--events", values.events, ...bus], {
			stdio: "inherit",
		});
		const [code] = await once(child, "exit");
		if (code !== 0) throw new Error(`${script} ended with ${code}`);
	}
}

function buses(): string[][] {
	try {
		findNatsServer();
		return [[], ["--nats"]];
	} catch (error) {
		print((error as Error).message);
		return [[]];
	}
}

async function main() {
	const [{ model = "?" } = {}, { length }] = [cpus()[0], cpus()];
	const memory = fixed(totalmem() / 2 ** 30, 0);
	print(`${length} × ${model}, ${memory} GiB, Node ${process.version}, one process, SQLite`);
	if (wants("reads") || wants("orders")) await ofProduct();
	if (wants("events")) await ofEvents();
}

if (values.help || (values.only && !SECTIONS.includes(values.only))) print(HELP);
else await main();
