import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import type { Fact } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import type { Page, Stored } from "../../mixins/projections/projection.ts";

const audit = contract("audit", {
	feed: action({
		summary: "Facts behind a position",
		params: { after: Type.Integer(), limit: Type.Integer({ maximum: 500 }) },
		returns: Type.Unsafe<Page>(Type.Unknown()),
	}),
});

/** An event store that is told what to say: its facts are in the order in which they are given. */
export function eventStore() {
	const items: Stored[] = [];
	const seqs = new Map<string, number>();
	const state = { isAway: false, reads: 0 };
	const store = service(audit, {
		actions: {
			async feed({ params: { after, limit } }) {
				state.reads++;
				if (state.isAway) throw new Error("the event store is away");
				return { items: items.slice(after, after + limit), head: items.length };
			},
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
