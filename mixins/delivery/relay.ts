import Type from "typebox";
import { env } from "../../config/env.ts";
import type { Bus, Sink } from "../bus.ts";
import { type Database, type Tx, table } from "../database.mixin.ts";
import { leaving } from "./backlog.ts";
import { NUMBER, NUMBER_MAX, sent, UNNUMBERED, WAITING } from "./feed.ts";
import { Lane } from "./lane.ts";
import { published } from "./metrics.ts";
import { Pages } from "./pages.ts";

const cursors = table(
	"outbox_cursor",
	Type.Object({ sink: Type.String(), feed_seq: Type.Integer(), updated_at: Type.Integer() }),
	"sink",
);
const ADVANCE = `on conflict (sink) do update
	set feed_seq = excluded.feed_seq, updated_at = excluded.updated_at`;

/**
 * Numbers what has committed in an outbox, and has it handed to each sink. A cursor that a crash
 * leaves behind makes a sink see facts again, never miss one.
 */
export class Relay {
	readonly #db: Database;
	readonly #producer: string;
	readonly #bus: Bus;
	readonly #warn: (error: unknown) => void;
	readonly #lanes = new Map<Sink, Lane>();
	#timer: NodeJS.Timeout | undefined;
	readonly #pages: Pages;
	#isStopped = false;
	#isAsked = false;
	/** Someone committed facts: there is no need to look whether there are any. */
	#isSure = false;
	#running: Promise<void> | undefined;

	constructor(db: Database, producer: string, bus: Bus, warn: (error: unknown) => void) {
		this.#db = db;
		this.#producer = producer;
		this.#bus = bus;
		this.#warn = warn;
		this.#pages = new Pages((after) => db.read((read) => read.query(WAITING, { after })));
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
	}

	async stop(): Promise<void> {
		this.#isStopped = true;
		clearInterval(this.#timer);
		await this.#running;
		await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
		if (this.#progress().length > 0) await this.#db.write((tx) => this.#save(tx));
	}

	/** Answers once what had committed is on its way, or has been seen not to go. */
	async wake(isSure = true): Promise<void> {
		if (this.#isStopped) return; // what commits now is found at the next start
		this.#isAsked = true; // what commits while a round ends must not wait for the timer
		this.#isSure ||= isSure;
		this.#running ??= this.#run();
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
			this.#warn(error);
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
			lane.wake().catch(this.#warn);
		}
	}

	async #number(isSure: boolean): Promise<number> {
		const isDue = isSure || this.#progress().length > 0;
		if (!isDue && (await this.#db.read((db) => db.query(UNNUMBERED))).length === 0) return 0;
		return this.#db.write(async (tx) => {
			const sent = leaving(this.#lanes.values());
			await this.#save(tx);
			const { length } = await tx.query(NUMBER);
			tx.afterCommit(() => published.inc({ context: this.#producer }, sent ?? length));
			return length;
		});
	}

	/** A sink has its cursor from the start, so that nothing is pruned that it has not had. */
	async #open(sink: Sink): Promise<Lane> {
		const { name } = sink;
		const { feed_seq } = await this.#db.write(async (tx) => {
			await tx.claim(cursors, { sink: name, feed_seq: 0, updated_at: Date.now() });
			return tx.get(cursors, { sink: name });
		});
		const lane = new Lane(sink, feed_seq, async (after) => {
			const rows = await this.#pages.after(after);
			return rows.map((row) => sent(this.#producer, row));
		});
		this.#lanes.set(sink, lane);
		return lane;
	}

	#progress() {
		return [...this.#lanes.values()]
			.map((lane) => ({ lane, feed_seq: lane.sink.safe() }))
			.filter(({ lane, feed_seq }) => feed_seq > lane.saved);
	}

	async #save(tx: Tx): Promise<void> {
		const progress = this.#progress();
		const updated_at = Date.now();
		const rows = progress.map(({ lane, feed_seq }) => ({
			sink: lane.sink.name,
			feed_seq,
			updated_at,
		}));
		await tx.insertAll(cursors, rows, ADVANCE);
		tx.afterCommit(() => {
			for (const { lane, feed_seq } of progress) lane.saved = feed_seq;
		});
	}
}
