import type { Recorded } from "../../lib/fact.ts";
import { isChoreographed, isOfClaim } from "../../lib/mode.ts";
import { among, reactions } from "../../lib/service.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import { eventsOf } from "../../sagas/reaction.ts";
import { CHOREOGRAPHIES } from "./definitions.ts";
import type { watcher } from "./story-watcher.ts";

const events = [...new Set(CHOREOGRAPHIES.flatMap(eventsOf))];

/** It listens to all that belongs to a choreography, and only keeps what it hears. */
const told = reactions<[typeof database, typeof watcher]>()(
	Object.fromEntries(
		events.map((event) => [
			event,
			async function hear(this: { hear(tx: Tx, fact: Recorded): void }, tx: Tx, fact: Recorded) {
				this.hear(tx, fact);
			},
		]),
	),
);
export const observing = among((said) => isChoreographed(said) || isOfClaim(said), told);
