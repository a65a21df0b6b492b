import type { Fact } from "../../lib/fact.ts";
import type { Stored } from "../../mixins/projections/projection.ts";
import { audit } from "../../services/audit/audit.contract.ts";
import { stub } from "./stub.ts";

/** An event store that is told what to say: its facts are in the order in which they are given. */
export function eventStore() {
	const items: Stored[] = [];
	const seqs = new Map<string, number>();
	const state = { isAway: false, reads: 0 };
	const store = stub(audit, {
		async feed({ params: { after, limit = 500 } }) {
			state.reads++;
			if (state.isAway) throw new Error("the event store is away");
			return { items: items.slice(after, after + limit), head: items.length };
		},
	});
	return {
		store,
		state,
		items,
		/** `at` is when it happened, in epoch milliseconds. */
		append(fact: Fact, at = Date.now()) {
			items.push(stored(fact, at, items.length + 1, seqs));
		},
	};
}

export function stored(
	{ event, version, key, payload }: Fact,
	at: number,
	position: number,
	seqs: Map<string, number>,
): Stored {
	const key_seq = (seqs.get(key) ?? 0) + 1;
	seqs.set(key, key_seq);
	const producer = event.slice(0, event.indexOf("."));
	return {
		...{ position, message_id: `msg_${position}`, event, version, producer, key, key_seq },
		...{ payload, headers: {}, occurred_at: at, recorded_at: at },
	};
}
