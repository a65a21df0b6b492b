import { spawn } from "node:child_process";
import { join } from "node:path";
import { KEY } from "../tests/support/client.ts";
import type { Product } from "../tests/support/product.ts";
import { drive, type Measured } from "./drive.ts";
import { fixed, row } from "./print.ts";

const CONNECTIONS = 64;
const ROUNDS = 5;

/** In turns, a few times over: the machine is shared, and what is compared must meet the same weather. */
export async function reads(product: Product, seconds: number): Promise<void> {
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
		return `${fixed(100 * (ratios.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0))} % of bare node:http`;
	};
	row(`bare node:http, ${body.length} bytes`, alone as Measured);
	row("GET /products?limit=20", many as Measured, share(1));
	row("GET /products/1", one as Measured, share(2));
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

/** The round in the middle, by its rate. */
function median(measured: (Measured | undefined)[]): Measured {
	const known = measured.filter((one) => one !== undefined);
	const sorted = known.sort((a, b) => a.per_second - b.per_second);
	return sorted[Math.floor(sorted.length / 2)] as Measured;
}
