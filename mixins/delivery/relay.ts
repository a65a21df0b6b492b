import { ofNobody } from "../../config/doing.ts";
import { env } from "../../config/env.ts";
import type { Bus, Place, Sink } from "../bus.ts";
import type { Database, Tx } from "../database.mixin.ts";
import { leaving } from "./backlog.ts";
import { openCursor, progressOf, rewindCursor, saveProgress } from "./cursors.ts";
import { NUMBER, NUMBER_MAX, sent, UNNUMBERED, WAITING } from "./feed.ts";
import { Lane } from "./lane.ts";
import { published } from "./metrics.ts";
import { Pages } from "./pages.ts";

/** `found`: there are facts about it that nobody woke this relay for. */
type Hooks = Record<"warn", (error: unknown) => void> & Record<"found", (key: string) => void>;

/**
 * Numbers what has committed in an outbox, and has it handed to each sink. A cursor that a crash
 * leaves behind makes a sink see facts again, never miss one.
 */
export class Relay {
	readonly #db: Database;
	readonly #producer: string;
	readonly #bus: Bus;
	readonly #hooks: Hooks;
	readonly #lanes = new Map<Sink, Lane>();
	#timer: NodeJS.Timeout | undefined;
	readonly #pages: Pages;
	#isStopped = false;
	#isAsked = false;
	/** Someone committed facts: there is no need to look whether there are any. */
	#isSure = false;
	#saved_at = 0;
	#running: Promise<void> | undefined;

	constructor(db: Database, producer: string, bus: Bus, hooks: Hooks) {
		this.#db = db;
		this.#producer = producer;
		this.#bus = bus;
		this.#hooks = hooks;
		this.#pages = new Pages(async (after) => {
			const rows = await db.read((read) => read.query(WAITING, { after }));
			return rows.map((row) => sent(producer, row));
		});
	}

	/** Where facts go now. */
	get sinks(): Sink[] {
		return [...this.#lanes.keys()];
	}

	start(): void {
		this.#timer = setInterval(() => {
			this.#pages.forget();
			void this.wake(false); // after a crash, too
		}, env.relay_ms);
		void this.wake(false);
	}

	async stop(): Promise<void> {
		this.#isStopped = true;
		clearInterval(this.#timer);
		await this.#running;
		const lanes = [...this.#lanes.values()];
		await Promise.all(lanes.map((lane) => lane.stop()));
		await Promise.all(lanes.map(({ sink }) => sink.finish?.()));
		if (progressOf(lanes).length > 0) await this.#db.write((tx) => saveProgress(tx, lanes));
	}

	/** Answers once what had committed is on its way, or has been seen not to go. */
	async wake(isSure = true): Promise<void> {
		if (this.#isStopped) return; // what commits now is found at the next start
		this.#isAsked = true; // what commits while a round ends must not wait for the timer
		this.#isSure ||= isSure;
		this.#running ??= ofNobody(() => this.#run());
		await this.#running;
	}

	async #run(): Promise<void> {
		try {
			while (this.#isAsked) {
				const isSure = this.#isSure;
				this.#isAsked = this.#isSure = false;
				while ((await this.#number(isSure)) === NUMBER_MAX);
				await this.#handOut();
			}
		} catch (error) {
			this.#hooks.warn(error);
		} finally {
			this.#running = undefined;
		}
	}

	/** Sets each sink going and waits for none: a slow one holds back nobody else. */
	async #handOut(): Promise<void> {
		const sinks = this.#bus.sinks(this.#producer);
		for (const [sink, lane] of this.#lanes)
			if (!sinks.includes(sink)) {
				this.#lanes.delete(sink);
				void lane.stop();
			}
		for (const sink of sinks) {
			const lane = this.#lanes.get(sink) ?? (await this.#open(sink));
			lane.wake().catch(this.#hooks.warn);
		}
	}

	async #number(isSure: boolean): Promise<number> {
		const isDue = isSure || progressOf(this.#lanes.values()).length > 0;
		if (!isDue && (await this.#db.read((db) => db.query(UNNUMBERED))).length === 0) return 0;
		return this.#db.write(async (tx) => {
			await tx.hold("relay"); // a replica that numbers the same facts would number them twice
			const taken = await this.#save(tx);
			const facts = await tx.query<{ key: string }>(NUMBER);
			tx.afterCommit(() => {
				if (!isSure) for (const { key } of facts) this.#hooks.found(key);
				this.#pages.forget(); // from here on they would miss what has a number now
				published.inc({ context: this.#producer }, taken ?? facts.length);
			});
			return facts.length;
		});
	}

	/** Now and then: a crash brings again what cursors do not know yet, and inboxes do. */
	async #save(tx: Tx): Promise<number | undefined> {
		const taken = leaving(this.#lanes.values());
		if (Date.now() - this.#saved_at < env.relay_ms) return taken && 0;
		await saveProgress(tx, this.#lanes.values());
		tx.afterCommit(() => {
			this.#saved_at = Date.now();
		});
		return taken;
	}

	async #open(sink: Sink): Promise<Lane> {
		const { name } = sink;
		const place = await this.#db.write((tx) => openCursor(tx, name));
		const lane = new Lane(sink, place.feed_seq, (after) => this.#pages.after(after));
		this.#lanes.set(sink, lane);
		sink.open?.(place, (to) => this.#rewind(lane, to));
		return lane;
	}

	async #rewind(lane: Lane, place: Place): Promise<void> {
		await this.#db.write(async (tx) => {
			await rewindCursor(tx, lane.sink.name, place);
			tx.afterCommit(() => lane.rewind(place.feed_seq));
		});
		lane.wake().catch(this.#hooks.warn);
	}
}
