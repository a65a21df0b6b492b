import type { ServiceSchema } from "moleculer";
import { hearing } from "../config/tracing.ts";
import { mixin } from "../lib/service.ts";
import { busOf, type Reader, type Sent } from "./bus.ts";
import type { Database } from "./database.mixin.ts";
import { count, discard, find, list, redrive } from "./delivery/letters.ts";
import { counted, gauge } from "./delivery/metrics.ts";
import { giveUp, type Reaction, type Reactions, reactionTo, receive } from "./delivery/receive.ts";
import type { DeadLetter } from "./delivery/tables.ts";

const LIMIT = 100;

/**
 * Brings the service the facts that its `events` name: each once, in order within its key, in
 * the unit of work that moves the watermark. One that keeps failing is parked, with those of its
 * key behind it, until an operator decides.
 */
export const inboxWith = ({ retries_ms, isPatient = false }: Manner) =>
	mixin<Inbox, { db: Database }>({
		created() {
			this.deadLetters = (limit = LIMIT) => this.db.read((db) => list(db, limit));
			this.redrive = (producer, key) => {
				const warn = (err: unknown, { message_id, attempts }: DeadLetter) =>
					this.logger.warn("a parked fact fails again", { err, message_id, key, attempts });
				return redrive(this.db, { producer, key }, { reactions: reactionsOf(this), warn });
			};
			this.findLetter = (message_id) => this.db.read((db) => find(db, message_id));
			this.discard = async (producer, key, reason, message_id) => {
				const found = await discard(this.db, { producer, key, message_id }, reason);
				if (found) this.logger.warn("a parked fact is discarded", { producer, key, reason });
				return found;
			};
		},

		started() {
			const reactions = reactionsOf(this);
			const producers = new Set(Object.keys(reactions).map((event) => event.split(".")[0] ?? ""));
			const hearsAll = producers.has("*");
			const tell = ({ fact }: Sent, err?: unknown) => {
				const { producer, event, version, key, key_seq } = fact;
				this.logger.error("a fact is parked", { err, producer, event, version, key, key_seq });
			};
			const reader: Reader = {
				context: this.name,
				retries_ms,
				isPatient,
				producers,
				hears: (producer) => (hearsAll && producer !== this.name) || producers.has(producer),
				reacts: (fact) => reactionTo(fact, reactions) !== undefined,
				apply: async (facts) => {
					const verdicts = await this.db.write((tx) => receive(tx, facts, reactions));
					for (const [index, one] of facts.entries()) if (verdicts[index] === "parked") tell(one);
					return verdicts;
				},
				park: async (one, error, attempts) => {
					await this.db.write((tx) => giveUp(tx, one, error, attempts));
					tell(one, error);
				},
				warn: (text, details) => this.logger.warn(text, details),
			};
			this.leaveBus = busOf(this.broker).subscribe(counted(reader));
			const named = [...producers].filter((producer) => producer !== "*");
			this.endGauge = gauge(() => this.db.read((db) => count(db, this.name, named)));
		},

		async stopped() {
			this.endGauge?.();
			await this.leaveBus?.();
		},
	});

type Manner = Pick<Reader, "retries_ms" | "isPatient">;

/** The retries of one fact: 1 s, 5 s, 30 s, 2 min, 10 min. */
const retries_ms = [1_000, 5_000, 30_000, 120_000, 600_000];
export const inbox = inboxWith({ retries_ms });
/** For who follows what others do: hears it a tenth of a second later, at a fraction of the cost. */
export const patientInbox = inboxWith({ retries_ms, isPatient: true });

function reactionsOf(service: { name: string; schema: ServiceSchema }): Reactions {
	const { hears = {} } = service.schema as { hears?: Reactions };
	const bound = Object.entries(hears).map(([event, react]) => {
		const { isMine } = react;
		const heard: Reaction = (tx, fact) =>
			hearing(service.name, fact, () => react.call(service, tx, fact));
		return [event, Object.assign(heard, { isMine })];
	});
	return Object.fromEntries(bound);
}

export interface Inbox {
	/** What is parked, oldest first. */
	deadLetters(limit?: number): Promise<DeadLetter[]>;
	/** Applies what is parked of a key, in order; refuses at the first that fails again. */
	redrive(producer: string, key: string): Promise<number>;
	findLetter(message_id: string): Promise<DeadLetter | undefined>;
	/**
	 * Lets go of the first that is parked of a key, for a reason that is kept; if a message is
	 * named, only when it is the first, so that a repeat lets go of nothing more.
	 */
	discard(producer: string, key: string, reason: string, message_id?: string): Promise<boolean>;
	leaveBus?: () => Promise<void>;
	endGauge?: () => void;
}
