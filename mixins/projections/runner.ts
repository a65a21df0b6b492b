import { advance, beginNext, type Cursor, listCursors, prepare, Superseded } from "./cursors.ts";
import { judge, type Options, takePlace } from "./end.ts";
import { Lag, type Progress } from "./lag.ts";
import type { Slot } from "./model.ts";
import { fold, type Projection, shapeOf } from "./projection.ts";
import { type Read, ReadAhead } from "./read-ahead.ts";

const RETRY_MS = 5_000; // of one that failed: the others do not wait for it
const JUDGE_MS = 1_000; // what is late is late by a minute: there is no need to look at each page
const SWAP_LIMIT_MS = 60_000; // a large table takes a while to drop

/** One set of tables on its way through the events. */
interface Target {
	readonly projection: Projection;
	readonly slot: Slot;
	readonly from: number;
}

/**
 * Brings every projection what it has not seen, a page at a time: live tables and those that are
 * being made take the same way. Each page and the cursor behind it are one unit of work.
 */
export class Runner {
	readonly #options: Options;
	readonly #feed: ReadAhead;
	readonly #lag = new Lag();
	readonly #failed = new Map<string, number>();
	readonly #shapes: ReadonlyMap<Projection, string>;
	#cursors: Cursor[] = [];
	#running: Promise<void> | undefined;
	#isWoken = false;
	#isStopped = false;
	#isAway = false;
	#judged_at = 0;

	constructor(options: Options) {
		this.#options = options;
		this.#feed = new ReadAhead(options.feed);
		this.#shapes = new Map(options.projections.map((one) => [one, shapeOf(one)]));
	}

	async start(): Promise<void> {
		const { db, projections } = this.#options;
		for (const one of projections) await db.write((tx) => prepare(tx, one), SWAP_LIMIT_MS);
		this.#cursors = await db.read(listCursors);
		this.wake();
	}

	/** There may be more. Safe to call at any time, and as often as one likes. */
	wake(): void {
		this.#isWoken = true;
		if (this.#isStopped || this.#running !== undefined) return;
		this.#running = this.#run().finally(() => {
			this.#running = undefined;
		});
	}

	async stop(): Promise<void> {
		this.#isStopped = true;
		await this.#running;
	}

	async rebuild(name: string): Promise<void> {
		const projection = this.#options.projections.find((one) => one.name === name);
		if (!projection) return;
		await this.#options.db.write((tx) => beginNext(tx, projection), SWAP_LIMIT_MS);
		this.wake();
	}

	/** How far each is, by what is known now. */
	async progress(now = Date.now()): Promise<Progress[]> {
		const known = await this.#options.db.read(listCursors);
		const names = this.#options.projections.map(({ name }) => name);
		return names.flatMap((name) => {
			const cursor = known.find((one) => one.name === name);
			return cursor ? [this.#lag.of(cursor, now)] : [];
		});
	}

	async #run(): Promise<void> {
		while (this.#isWoken && !this.#isStopped) {
			this.#isWoken = false;
			try {
				while (!this.#isStopped && (await this.#round()));
				this.#isAway = false;
			} catch (err) {
				if (!this.#isAway) this.#options.warn("projections wait for their events", { err });
				this.#isAway = true;
			}
			await this.#judge().catch((err) => this.#options.warn("lag is not recorded", { err }));
		}
	}

	async #judge(): Promise<void> {
		if (Date.now() - this.#judged_at < JUDGE_MS) return;
		this.#judged_at = Date.now();
		await judge(this.#options, await this.progress());
	}

	/** A page for each place in the feed at which somebody waits; says whether there is more. */
	async #round(): Promise<boolean> {
		this.#cursors = await this.#options.db.read(listCursors);
		const targets = this.#options.projections.flatMap((one) => this.#targetsOf(one));
		let isMore = false;
		for (const [from, waiting] of Map.groupBy(targets, (one) => one.from)) {
			const page = await this.#feed.page(from);
			this.#lag.head = page.head;
			const applied = waiting.map((target) => this.#apply(target, page));
			isMore = (await Promise.all(applied)).includes(true) || isMore;
		}
		return isMore;
	}

	#targetsOf(projection: Projection): Target[] {
		const { name } = projection;
		const cursor = this.#cursors.find((one) => one.name === name);
		if (!cursor || (this.#failed.get(name) ?? 0) > Date.now()) return [];
		if (cursor.shape !== this.#shapes.get(projection)) return []; // another version has made them
		const { position, next_position } = cursor;
		const live: Target = { projection, slot: "live", from: position };
		if (next_position === undefined) return [live];
		return [live, { projection, slot: "next", from: next_position }];
	}

	/** True when there is more for it. */
	async #apply(target: Target, { items, head, asked_at }: Read): Promise<boolean> {
		const { projection, slot, from } = target;
		const last = items.at(-1);
		try {
			if (last)
				await this.#options.db.write(async (tx) => {
					await advance(tx, projection, slot, from, last); // first: a replica waits here
					await fold(tx, projection, slot, items);
				});
			const isAtHead = (last?.position ?? from) >= head;
			if (isAtHead && slot === "next") await takePlace(this.#options, projection);
			if (isAtHead && slot === "live") this.#lag.isCurrent(projection.name, asked_at);
			return !isAtHead;
		} catch (err) {
			if (err instanceof Superseded) return true;
			this.#failed.set(projection.name, Date.now() + RETRY_MS);
			const { name } = projection;
			this.#options.warn("a projection stands still", { err, name, slot, from });
			return false;
		}
	}
}
