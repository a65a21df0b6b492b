import type { ServiceBroker } from "moleculer";
import type { Recorded } from "../../lib/fact.ts";
import { type Mixin, mixin } from "../../lib/service.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import type { Book } from "./anchors.store.ts";
import * as anchors from "./anchors.store.ts";
import { audit, type Fault, type Verdict } from "./audit.contract.ts";
import type { Place } from "./chain.ts";
import { append, ends } from "./event.store.ts";
import { verify, type Walk } from "./verify.store.ts";

const HINT_MS = 100; // rarer pages, bigger ones: each costs a follower some thirty statements

/**
 * Gives the service the event store: `this.keep(tx, fact)` appends, `this.prove(walk)` verifies
 * and raises the alarm, `this.anchor()` writes the head down outside of the database.
 */
export const archive = ({ openBook, kept, judged }: Settings) =>
	mixin<Archive, Needs>({
		created() {
			const book = openBook();
			const hint = hinter(this.broker);
			let known: Place | undefined;
			let told: Fault | undefined;

			const appendAll = async (tx: Tx, facts: Recorded[]) => {
				const { position } = await append(tx, facts);
				tx.afterCommit(() => {
					kept(position);
					hint(position);
				});
			};
			this.keep = async (tx, fact) => tx.beforeCommit(appendAll, fact);

			this.anchor = async () => {
				const { position, hash } = await this.db.read(ends);
				kept(position);
				if (known?.position === position && known.hash === hash) return;
				await anchors.write(book, { position, hash });
				known = { position, hash };
			};

			this.prove = async (walk) => {
				const asked = { ...walk, known };
				const verdict = await verify(this.db, await anchors.list(book), asked);
				judged(verdict);
				const { first_fault: fault } = verdict;
				if (isWhole(verdict)) told = undefined;
				const isNew = fault && (fault.kind !== told?.kind || fault.position !== told.position);
				if (isNew) {
					this.logger.error("the event store is not what it was", fault);
					told = fault;
					await this.db.write((tx) => this.announce(tx, audit.integrity_violated(fault)));
				}
				return verdict;
			};
		},
	});

/** A walk of all that there is, that has found nothing. */
export const isWhole = ({ valid, from, next_from }: Verdict): boolean =>
	valid && from === 1 && next_from === undefined;

/** Tells followers that there is more: at most every 100 ms, and always of the last. */
function hinter(broker: ServiceBroker): (position: number) => void {
	let latest = 0;
	let isDue = false;
	return (position) => {
		latest = Math.max(latest, position);
		if (isDue) return;
		isDue = true;
		setTimeout(() => {
			isDue = false;
			const lost = () => broker.logger.debug("a hint is lost: followers look by themselves, too");
			broker.broadcast("audit.appended", { position: latest }).catch(lost);
		}, HINT_MS).unref();
	};
}

interface Settings {
	openBook(): Book;
	/** Told how far the chain is, and what was found of it. */
	kept(position: number): void;
	judged(verdict: Verdict): void;
}
interface Archive {
	/** The fact is in the store if, and only if, `tx` commits. */
	keep(tx: Tx, fact: Recorded): Promise<void>;
	/** Announces a fault when it is first seen. */
	prove(walk: Omit<Walk, "known">): Promise<Verdict>;
	/** Nothing is written while the head has not moved. */
	anchor(): Promise<void>;
}
type Needs = { db: Database } & (typeof outbox extends Mixin<infer Adds> ? Adds : never);
