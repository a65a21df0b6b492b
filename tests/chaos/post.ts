import { setTimeout as pause } from "node:timers/promises";
import { CONTEXTS } from "../../config/topology.ts";
import { type Product, startProduct } from "../support/product.ts";
import type { Complaints } from "./complaints.ts";
import type { Outages } from "./outages.ts";

/** Some contexts in a process, so that each kill takes several. */
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
/** All but `metrics`, which only looks at the others. */
export const PLACED: readonly string[] = GROUPS.flat();
const STARTS_MAX = 3;
const AGAIN_MS = 300;

/** Which processes there are. On files a context has one; gateways keep nothing, and are two. */
export function placesOf(replicas: 1 | 2) {
	return GROUPS.flatMap((contexts) => {
		const [first = ""] = contexts;
		if (replicas === 1 && first !== "gateway") return [{ name: first, contexts }];
		return [1, 2].map((n) => ({ name: `${first}-${n}`, contexts }));
	});
}

/** Where a process stands, whichever process it is just now. */
export interface Post {
	product: Product | undefined;
	starting: Promise<void> | undefined;
	raise(): Promise<void>;
	/** Who has ended by itself is written down, and started again. */
	look(): void;
	/** Ends it, and keeps what it has printed. */
	end(signal?: NodeJS.Signals): Promise<void>;
}
interface Place {
	readonly name: string;
	readonly contexts: readonly string[];
	readonly port: number;
}
interface Office {
	readonly data_dir: string;
	readonly env: Record<string, string>;
	readonly outages: Outages;
	readonly deaths: string[];
	readonly complaints: Complaints;
	readonly isOver: boolean;
}

export function postOf(office: Office, place: Place): Post {
	const { name } = place;
	const post: Post = {
		product: undefined,
		starting: undefined,
		raise() {
			post.starting = begun(office, place, (product) => {
				post.product = product;
			}).finally(() => {
				post.starting = undefined;
			});
			post.starting.catch(() => {}); // said by whoever waits for the whole
			return post.starting;
		},
		look() {
			const { product, starting } = post;
			if (starting || !product || product.exitCode() === null) return;
			office.deaths.push(`${name} ended by itself: ${product.printed().slice(-600)}`);
			office.complaints.heard(name, product.printed());
			void post.raise();
		},
		async end(signal) {
			const { product } = post;
			await product?.stop(signal);
			if (product) office.complaints.heard(name, product.printed());
		},
	};
	return post;
}

/** One that cannot start is tried again, but not for ever; without its database it need not. */
async function begun(office: Office, place: Place, started: (product: Product) => void) {
	const { name, contexts, port } = place;
	for (let attempt = 1; !office.isOver; ) {
		const from = performance.now();
		try {
			started(
				await startProduct({
					...{ data_dir: office.data_dir, port, contexts: [...contexts] },
					// Who comes back is the one who went: nobody waits for the dead.
					env: { ...office.env, RETAIL_INSTANCE: name },
				}),
			);
			return;
		} catch (error) {
			if (office.outages.since(from)) {
				await pause(AGAIN_MS);
				continue;
			}
			office.deaths.push(`${name} did not start: ${String(error).slice(0, 600)}`);
			if (attempt++ === STARTS_MAX) throw error;
		}
	}
}
