import { join } from "node:path";
import { Gauge } from "prom-client";
import { env } from "../../config/env.ts";
import { registry } from "../../config/metrics.ts";
import type { Heard, Recorded } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { caused } from "../../mixins/delivery/cause.ts";
import { every } from "../../mixins/every.mixin.ts";
import { patientInbox } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { participant } from "../../mixins/participant.mixin.ts";
import { openBook } from "./anchors.store.ts";
import { archive, isWhole } from "./archive.store.ts";
import { audit, rangeInvalid, type Verdict } from "./audit.contract.ts";
import { lettersActions } from "./letters.actions.ts";
import { readingActions } from "./reading.actions.ts";
import { replayActions } from "./replay.actions.ts";

const VERIFY_MS = 5_000; // half of what a request waits: a longer chain is verified in several
const WATCH_MS = 1_000; // of the time of everybody else in this process
const REPLAY_MS = 10_000;

const registers = [registry];
const valid = new Gauge({
	name: "audit_chain_valid",
	help: "1 while no verification of the event store has found a fault.",
	registers,
});
const position = new Gauge({
	name: "audit_position",
	help: "The position of the last event that is stored.",
	registers,
});
valid.set(1);

/** Only a walk of the whole chain takes an alarm back. */
function judged(verdict: Verdict): void {
	position.set(verdict.head);
	if (!verdict.valid) valid.set(0);
	else if (isWhole(verdict)) valid.set(1);
}

let watched = 0; // a walk that begins anew after a restart loses nothing

export default service(audit, {
	mixins: [
		database,
		outbox,
		participant,
		archive({
			openBook: () =>
				openBook(
					env.audit_anchors || join(env.data_dir, "audit.anchors"),
					env.data_dir,
					env.mesh_secret,
				),
			kept: (at) => position.set(at),
			judged,
		}),
		patientInbox,
		every(env.audit_anchor_ms, audit.watch),
		every(REPLAY_MS, audit.continueReplays),
	],

	started() {
		return this.anchor();
	},
	stopped() {
		// Whoever has deleted the folder wants no anchor in it: that must not keep the rest from stopping.
		return this.anchor().catch((err) =>
			this.logger.warn("the last anchor is not written", { err }),
		);
	},

	actions: {
		...letterActions,
		...readingActions,
		...replayActions,
		...lettersActions,

		async verify(ctx) {
			const { from = 1, limit = Number.MAX_SAFE_INTEGER } = ctx.params;
			const verdict = await this.prove({ from, limit, limit_ms: VERIFY_MS });
			const { valid, head } = verdict;
			// That nothing is wrong where there is nothing would be read as a proof.
			if (valid && from > head + 1) throw rangeInvalid({ from_seq: from, to_seq: from, head });
			return verdict;
		},
		record(ctx) {
			return caused(this.db, ctx)((tx) => this.announce(tx, audit.acted(ctx.params)));
		},
		async watch() {
			await this.anchor();
			const limit = Number.MAX_SAFE_INTEGER;
			const verdict = await this.prove({ from: watched + 1, limit, limit_ms: WATCH_MS });
			watched = verdict.next_from ? verdict.position : 0;
			return verdict;
		},
	},

	events: {
		async "*"(tx: Tx, fact: Recorded) {
			await this.keep(tx, fact);
		},
		/** Its own, too: one that is named is one that is heard. */
		async [audit.integrity_violated.event](tx: Tx, fact: Heard<typeof audit.integrity_violated>) {
			await this.keep(tx, fact);
		},
	},
});
