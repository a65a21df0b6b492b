import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CONTEXTS } from "../../config/topology.ts";
import { freePort } from "../../scripts/port.ts";
import { client } from "../support/client.ts";
import { type Product, startProduct } from "../support/product.ts";
import { until } from "../support/until.ts";
import { counts } from "./counts.ts";

/** The mesh of a run: some contexts in a process, so that each kill takes several. */
const TOLD = [
	["inventory", "claims"],
	["payments", "orders"],
	["saga"],
	["audit", "reporting"],
	["gateway"],
];
const GROUPS = [
	CONTEXTS.filter((name) => name !== "metrics" && !TOLD.flat().includes(name)),
	...TOLD,
];
const WATCH_MS = 200;
const STARTS_MAX = 3;
const WHOLE_MS = 60_000;
const PATHS = ["/api/v1/auth/login", "/api/v1/stock", "/api/v1/orders", "/api/v1/claims"];

/** Processes of the product, each started again whenever it has died. */
export interface Fleet {
	readonly data_dir: string;
	readonly url: string;
	/** Each process is named after the first of its contexts. */
	readonly names: readonly string[];
	/** SIGKILL. Answers once it has died; `whole` tells when it is back. */
	kill(name: string): Promise<void>;
	/** Until all are there and find each other. */
	whole(): Promise<void>;
	/** What all that have ever lived have counted, as far as it was read before they died. */
	counted(metric: string): Promise<number>;
	/** Who died without having been killed. */
	readonly deaths: readonly string[];
	stop(): Promise<void>;
	remove(): void;
}

interface Post {
	readonly contexts: readonly string[];
	readonly port: number;
	product: Product | undefined;
	starting: Promise<void> | undefined;
}

export async function startFleet(nats_url: string): Promise<Fleet> {
	const data_dir = mkdtempSync(join(tmpdir(), "comptoir-chaos-"));
	const posts = new Map<string, Post>();
	const deaths: string[] = [];
	const counter = counts();
	let isOver = false;

	const start = async (name: string, { contexts, port }: Post): Promise<Product> =>
		startProduct({
			data_dir,
			port,
			contexts: [...contexts],
			env: {
				RETAIL_NATS_URL: nats_url,
				RETAIL_NAMESPACE: `chaos-${process.pid}`,
				RETAIL_MESH_SECRET: "a secret of this run, and of no other".padEnd(32),
				RETAIL_INSTANCE: name, // who comes back is the one who went: nobody waits for the dead
			},
		});
	/** One that cannot start is tried again, but not for ever. */
	const begin = async (name: string, post: Post): Promise<void> => {
		for (let attempt = 1; !isOver; attempt++)
			try {
				post.product = await start(name, post);
				return;
			} catch (error) {
				deaths.push(`${name} did not start: ${String(error).slice(0, 400)}`);
				if (attempt === STARTS_MAX) throw error;
			}
	};
	const raise = (name: string, post: Post): Promise<void> => {
		post.starting = begin(name, post).finally(() => {
			post.starting = undefined;
		});
		post.starting.catch(() => {}); // said by whoever waits for the whole
		return post.starting;
	};
	const watch = setInterval(() => {
		for (const [name, post] of posts) {
			const { product, starting } = post;
			if (isOver || starting || !product || product.exitCode() === null) continue;
			deaths.push(`${name} ended by itself: ${product.printed().slice(-400)}`);
			void raise(name, post);
		}
	}, WATCH_MS);

	for (const contexts of GROUPS) {
		const post = { contexts, port: await freePort(), product: undefined, starting: undefined };
		posts.set(contexts[0] ?? "", post);
	}
	await Promise.all([...posts].map(([name, post]) => raise(name, post)));
	const gateway = posts.get("gateway")?.product;
	if (!gateway) throw new Error("A mesh has a gateway");
	const { url } = gateway;

	return {
		data_dir,
		url,
		deaths,
		names: [...posts.keys()],
		async kill(name) {
			const post = posts.get(name);
			await post?.starting;
			if (!post?.product) return;
			await counter.read(post.product);
			const dying = post.product.stop("SIGKILL");
			post.starting = dying; // the watchman leaves it alone
			await dying;
			void raise(name, post);
		},
		async whole() {
			await Promise.all([...posts.values()].map(({ starting }) => starting));
			const shop = client({ url });
			const ask = (path: string) => shop.get(path, { limit_ms: 5_000 }).catch(() => undefined);
			await until(
				() => ask("/health"),
				(answer) => answer?.body.status === "up",
				WHOLE_MS,
			);
			await until(
				() => ask("/openapi.json"),
				(answer) => PATHS.every((path) => Object.hasOwn(answer?.body.paths ?? {}, path)),
				WHOLE_MS,
			);
		},
		async counted(metric) {
			const alive = [...posts.values()].flatMap(({ product }) => product ?? []);
			await Promise.all(alive.map((product) => counter.read(product)));
			return counter.sum(metric);
		},
		async stop() {
			isOver = true;
			clearInterval(watch);
			await Promise.allSettled([...posts.values()].map(({ starting }) => starting));
			await Promise.all([...posts.values()].map(({ product }) => product?.stop()));
		},
		remove: () => rmSync(data_dir, { recursive: true, force: true }),
	};
}
