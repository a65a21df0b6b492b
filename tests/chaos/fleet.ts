import { rmSync } from "node:fs";
import { freePort } from "../../scripts/port.ts";
import { client } from "../support/client.ts";
import type { Product } from "../support/product.ts";
import { until } from "../support/until.ts";
import { complaints } from "./complaints.ts";
import { counts } from "./counts.ts";
import type { Outages } from "./outages.ts";
import { PLACED, type Post, placesOf, postOf } from "./post.ts";

const WATCH_MS = 200;
const WHOLE_MS = 120_000;
const PATHS = ["/api/v1/auth/login", "/api/v1/stock", "/api/v1/orders", "/api/v1/claims"];

/** Processes of the product, each started again whenever it has died. */
export interface Fleet {
	/** Every gateway. */
	readonly urls: readonly string[];
	/** Each process is named after the first of its contexts, and which of its replicas it is. */
	readonly names: readonly string[];
	/** SIGKILL. Answers once it has died; `whole` tells when it is back. */
	kill(name: string): Promise<void>;
	/** SIGSTOP, and SIGCONT once it is over. */
	freeze(name: string, meanwhile: () => Promise<void>): Promise<void>;
	/** Until all are there and find each other. */
	whole(): Promise<void>;
	/** What all that have ever lived have counted, as far as it was read before they died. */
	counted(metric: string): Promise<number>;
	/** Who died without having been killed. */
	readonly deaths: readonly string[];
	/** How long those that were killed took to be ready again. */
	readonly recoveries_ms: readonly number[];
	/** What processes have called an error, and how often. */
	complaints(): ReadonlyMap<string, number>;
	stop(): Promise<void>;
	remove(): void;
}

interface Asked {
	readonly data_dir: string;
	readonly env: Record<string, string>;
	/** Of each process; on files there is one, and two gateways. */
	readonly replicas: 1 | 2;
	/** While the database is away nothing starts. */
	readonly outages: Outages;
}

export async function startFleet({ data_dir, env, replicas, outages }: Asked): Promise<Fleet> {
	const posts = new Map<string, Post>();
	const deaths: string[] = [];
	const recoveries_ms: number[] = [];
	const counter = counts();
	const heard = complaints(data_dir);
	const office = { data_dir, env, outages, deaths, complaints: heard, isOver: false };

	for (const { name, contexts } of placesOf(replicas))
		posts.set(name, postOf(office, { name, contexts, port: await freePort() }));
	const watch = setInterval(() => {
		if (!office.isOver) for (const post of posts.values()) post.look();
	}, WATCH_MS);
	// Twice as many at once would start no sooner.
	for (const isSecond of [false, true])
		await Promise.all(
			[...posts]
				.filter(([name]) => name.endsWith("-2") === isSecond)
				.map(([, post]) => post.raise()),
		);
	const gateways = [...posts].filter(([name]) => name.startsWith("gateway"));
	const urls = gateways.flatMap(([, { product }]) => product?.url ?? []);
	const alive = () => [...posts.values()].flatMap(({ product }) => product ?? []);

	return {
		urls,
		deaths,
		recoveries_ms,
		names: [...posts.keys()],
		async kill(name) {
			const post = posts.get(name);
			await post?.starting;
			if (!post?.product) return;
			await counter.read(post.product);
			const from = performance.now();
			const dying = post.end("SIGKILL");
			post.starting = dying; // the watchman leaves it alone
			await dying;
			void post.raise().then(
				() => recoveries_ms.push(performance.now() - from),
				() => {}, // said by whoever waits for the whole
			);
		},
		async freeze(name, meanwhile) {
			const post = posts.get(name);
			await post?.starting;
			if (!post?.product) return;
			const { pid } = post.product;
			process.kill(pid, "SIGSTOP");
			await meanwhile().finally(() => process.kill(pid, "SIGCONT"));
		},
		async whole() {
			await Promise.all([...posts.values()].map(({ starting }) => starting));
			for (const url of urls) await found(url);
		},
		async counted(metric) {
			await Promise.all(alive().map((product: Product) => counter.read(product)));
			return counter.sum(metric);
		},
		complaints: heard.counted,
		async stop() {
			office.isOver = true;
			clearInterval(watch);
			await Promise.allSettled([...posts.values()].map(({ starting }) => starting));
			await Promise.all([...posts.values()].map((post) => post.end()));
		},
		remove: () => rmSync(data_dir, { recursive: true, force: true }),
	};
}

/** This gateway finds every context. */
async function found(url: string): Promise<void> {
	const shop = client({ url });
	const ask = (path: string) => shop.get(path, { limit_ms: 5_000 }).catch(() => undefined);
	await until(
		() => ask("/health"),
		(answer) => PLACED.every((name) => answer?.body.contexts?.[name] === "up"),
		WHOLE_MS,
	);
	await until(
		() => ask("/openapi.json"),
		(answer) => PATHS.every((path) => Object.hasOwn(answer?.body.paths ?? {}, path)),
		WHOLE_MS,
	);
}
