import Type from "typebox";
import type { Fact } from "../lib/fact.ts";
import { newId } from "../lib/ids.ts";
import { mixin } from "../lib/service.ts";
import { busOf } from "./bus.ts";
import { hearsChanges, teller } from "./changes.ts";
import { type Database, type Tx, table } from "./database.mixin.ts";
import { backlog } from "./delivery/backlog.ts";
import { type Cause, causeOf } from "./delivery/cause.ts";
import { gauge } from "./delivery/metrics.ts";
import { Relay } from "./delivery/relay.ts";
import { late, prune } from "./delivery/sweep.ts";

const SWEEP_MS = 60_000;
/** Half of what NATS carries by default, headers included: one fact too large would stop its stream. */
export const FACT_BYTES_MAX = 512 * 1_024;

const outboxTable = table(
	"outbox",
	Type.Object({
		message_id: Type.String(),
		type: Type.String(),
		version: Type.Integer(),
		key: Type.String(),
		key_seq: Type.Integer(),
		body: Type.Object({}),
		headers: Type.Object({}),
		created_at: Type.Integer(),
	}),
	"message_id",
);
const keys = table(
	"outbox_key",
	Type.Object({ key: Type.String(), last_seq: Type.Integer() }),
	"key",
);
type Announced = Omit<typeof outboxTable.row & {}, "key_seq">;

/**
 * Gives the service `this.announce(tx, fact)`: the fact is published if, and only if, `tx`
 * commits. Facts about one key are numbered without gaps and leave in that order, at least
 * once. What was cached about it is forgotten before the writer's caller is answered.
 */
export const outbox = mixin<Outbox, { db: Database }>({
	mixins: [hearsChanges()],

	created() {
		this.tellChange = teller(this.broker, this.name);
		const warn = (err: unknown) => this.logger.warn("facts wait in the outbox", { err });
		// Whoever committed them may have died before it told anybody.
		const found = (key: string) => void this.tellChange(key);
		this.relay = new Relay(this.db, this.name, busOf(this.broker), { warn, found });

		const record = async (tx: Tx, facts: Announced[]) => {
			await tx.insertAll(outboxTable, await numbered(tx, facts));
			tx.afterCommit(() => void this.relay.wake());
		};
		this.announce = async (tx, { event: type, version, key, payload: body }, cause) => {
			refuseLarge(type, key, body);
			const fact = { message_id: newId("msg"), type, version, key, body, created_at: Date.now() };
			tx.beforeCommit(record, { ...fact, headers: causeOf(tx, cause) });
			tx.afterCommit(() => this.tellChange(key));
		};
		this.sweep = async () => {
			await prune(this.db);
			for (const stays of await late(this.db)) this.logger.warn("facts stay in the outbox", stays);
		};
	},
	started() {
		this.relay.start();
		this.endGauge = gauge(() => backlog(this.db, this.name, this.relay.sinks));
		const warn = (err: unknown) => this.logger.warn("the outbox is not swept", { err });
		this.sweepTimer = setInterval(() => void this.sweep().catch(warn), SWEEP_MS);
	},
	stopped() {
		clearInterval(this.sweepTimer);
		this.endGauge?.();
		return this.relay.stop();
	},
});

/** Here the writer can still be told, and its unit undone. */
function refuseLarge(event: string, key: string, payload: object): void {
	const bytes = Buffer.byteLength(JSON.stringify(payload));
	if (bytes <= FACT_BYTES_MAX) return;
	throw new Error(
		`${event} of ${key} has ${bytes} bytes: a fact carries ${FACT_BYTES_MAX} at most`,
	);
}

/** Locks the keys until the commit: the next fact of each cannot be seen before these. */
async function numbered(tx: Tx, facts: Announced[]): Promise<(typeof outboxTable.row & {})[]> {
	const counts = [...Map.groupBy(facts, ({ key }) => key)]
		.map(([key, { length }]) => ({ key, last_seq: length }))
		.sort((a, b) => (a.key < b.key ? -1 : 1)); // all take keys in one order: none waits in a circle
	const lasts = await tx.insertAll(
		keys,
		counts,
		"on conflict (key) do update set last_seq = outbox_key.last_seq + excluded.last_seq returning *",
	);
	const next = new Map(lasts.map(({ key, last_seq }) => [key, last_seq]));
	for (const { key, last_seq } of counts) next.set(key, (next.get(key) ?? 0) - last_seq);
	return facts.map((fact) => {
		const key_seq = (next.get(fact.key) ?? 0) + 1;
		next.set(fact.key, key_seq);
		return { ...fact, key_seq };
	});
}

interface Outbox {
	/** `cause` is the call or the fact that it comes from, unless the unit knows: `because`. */
	announce(tx: Tx, fact: Fact, cause?: Cause): Promise<void>;
	relay: Relay;
	tellChange(key: string): Promise<void> | undefined;
	/** Forgets what is old, and reports what stays for too long. */
	sweep(): Promise<void>;
	sweepTimer: NodeJS.Timeout;
	endGauge?: () => void;
}
