import { Gauge } from "prom-client";
import { registry } from "../../config/metrics.ts";
import type { Fact, Recorded } from "../../lib/fact.ts";
import { mixin } from "../../lib/service.ts";
import type { Database, Reader, Tx } from "../../mixins/database.mixin.ts";
import type { Cause } from "../../mixins/delivery/cause.ts";
import { CHOREOGRAPHIES } from "./definitions.ts";
import { causedBy, factsOf } from "./facts.ts";
import type { Head, Write } from "./journal.ts";
import { counted } from "./metrics.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { type Failure, isOver, type State } from "./state.ts";
import { runsOf, silentSince } from "./stories.store.ts";
import { storiesOf, type Told } from "./story-match.ts";
import { hearAll, type Keep, open, step, write } from "./story-record.ts";
import { deafTo } from "./story-wiring.ts";
import { transitionLog } from "./transition-log.ts";

const LISTEN_MS = 5_000;
const CATCH_UP_MS = 60_000; // who has just come has not heard yet what was said meanwhile

const stalled = new Gauge({
	name: "claims_stalled",
	help: "Choreographies of which the next fact is late: must be 0.",
	registers: [registry],
});

/** Watches what nobody drives: each story is a row like a saga's, made of the facts of others. */
export const watcher = mixin<Watcher, Needs>({
	created() {
		const log = transitionLog(this.logger);
		const seen = ({ head, rev, event, decision }: Write) => {
			const run = { head, rev: rev + 1, state: decision.state };
			counted(run, event, decision);
			log(run, event, decision);
			if (isOver(run.state) || decision.says.includes("blocked")) this.engine.answer(run.state);
		};
		const keep: Keep = async (tx, writes) => {
			if (!(await write(tx, writes))) return false;
			for (const one of writes)
				for (const fact of factsOf(one)) await this.announce(tx, fact, causedBy(one));
			tx.afterCommit(() => writes.forEach(seen));
			return true;
		};
		const together = (tx: Tx, told: Told[]) => hearAll(tx, told, keep);
		this.hear = (tx, fact) => {
			for (const told of storiesOf(fact)) tx.beforeCommit(together, told);
		};
		this.openObserved = (tx, head, input, at = Date.now()) =>
			open(tx, { ...head, kind: "choreographed" }, input, at, keep);
		this.refuseObserved = async (tx, saga_id, part, error) => {
			const runs = await runsOf(tx, [saga_id]);
			const run = runs.get(saga_id);
			if (!run || run.state.finished_at !== null || run.state.story?.length) return false;
			const event = { type: "REFUSED", at: Date.now(), random: 0, step: part, error } as const;
			return keep(tx, step(runs, run, event));
		};
		this.listen = async (now = Date.now()) => {
			await this.db.write(async (tx) => {
				const late = await silentSince(tx, now);
				const runs = new Map(late.map((run) => [run.head.saga_id, run]));
				for (const run of late)
					await keep(tx, step(runs, run, { type: "SILENT", at: now, random: 0 }));
			});
			const waiting = await this.db.read(countStalled);
			stalled.set(waiting);
			return waiting;
		};
	},

	started() {
		const since = Date.now();
		const warn = (error: unknown) => this.logger.warn("nobody listens", error as object);
		this.listenTimer = setInterval(() => {
			if (Date.now() - since > CATCH_UP_MS) void this.listen().catch(warn);
		}, LISTEN_MS);
		this.broker.localBus.once("$broker.started", () => {
			const hearsOf = (who: string) =>
				(this.broker.getLocalService(who)?.schema as { hears?: object } | undefined)?.hears;
			for (const of of CHOREOGRAPHIES)
				for (const fault of deafTo(of, hearsOf))
					this.logger.error("a choreography cannot go on", { choreography: of.name, fault });
		});
	},

	stopped() {
		clearInterval(this.listenTimer);
	},
});

async function countStalled(read: Reader): Promise<number> {
	const [row] = await read.query<{ n: number }>(
		`select count(*) as n from saga
		where blocked = 1 and finished_at is null and kind = 'choreographed'`,
	);
	return Number(row?.n ?? 0);
}

interface Needs extends Pick<Orchestrator, "engine"> {
	db: Database;
	announce(tx: Tx, fact: Fact, cause?: Cause): Promise<void>;
}
interface Watcher {
	/** Keeps a fact that belongs to a story, with the others of the same commit. */
	hear(tx: Tx, fact: Recorded): void;
	/**
	 * Opens the row of a story before its first fact: who asked for it is answered from there. False
	 * if another has its request or its business key. `at` is in epoch milliseconds.
	 */
	openObserved(tx: Tx, head: Head, input: State["input"], at?: number): Promise<boolean>;
	/** Ends it as COMPENSATED: whoever was to begin has refused, so that no fact will ever come. */
	refuseObserved(
		tx: Tx,
		saga_id: string,
		step: string,
		error: Omit<Failure, "step">,
	): Promise<boolean>;
	/** Looks for stories that have fallen silent; answers how many are late. */
	listen(now?: number): Promise<number>;
	listenTimer: NodeJS.Timeout;
}
