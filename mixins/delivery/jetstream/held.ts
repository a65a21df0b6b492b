import type { Msg } from "nats";
import type { Sent } from "../../bus.ts";

const answer = (text: string) => new TextEncoder().encode(text);
const ACK = answer("+ACK");
const NAK = answer("-NAK");
const WORKING = answer("+WPI");
const TERMINATED = answer("+TERM");

/** What is no fact would come again for ever; what is one is in its outbox, too. */
export const terminate = (message: Msg) => message.respond(TERMINATED);

/** `$JS.ACK.<stream>.<consumer>.<times>.<seq>.…`; newer servers put a domain and an account first. */
function seqOf({ reply = "" }: Msg): number {
	const tokens = reply.split(".");
	return Number(tokens[tokens.length === 9 ? 5 : 7]);
}

interface Delivery {
	readonly message: Msg;
	readonly epoch: number;
}
interface Entry {
	readonly one: Sent;
	/** By its place in the stream: a stream that was filled again may have it twice. */
	readonly deliveries: Map<number, Delivery>;
	readonly since: number;
}

/**
 * Facts that were delivered and are not settled. Only deliveries of the present epoch are answered:
 * in a stream that was made anew, an old answer would be taken for another fact's.
 */
export class Held {
	readonly #entries = new Map<string, Entry>();
	#epoch = 0;

	/** Answers the fact, unless it is held already. */
	add(one: Sent, message: Msg): Sent | undefined {
		const { message_id } = one.fact;
		const known = this.#entries.get(message_id);
		const entry = known ?? { one, deliveries: new Map(), since: Date.now() };
		entry.deliveries.set(seqOf(message), { message, epoch: this.#epoch });
		this.#entries.set(message_id, entry);
		return known ? undefined : one;
	}

	settled({ fact }: Sent): void {
		const entry = this.#entries.get(fact.message_id);
		this.#entries.delete(fact.message_id);
		for (const message of this.#present(entry)) message.respond(ACK);
	}

	/** Says that those held for longer than that are being worked on. */
	working(longer_than_ms: number): void {
		const before = Date.now() - longer_than_ms;
		for (const entry of this.#entries.values()) {
			if (entry.since > before) break; // the others are younger
			for (const message of this.#present(entry)) message.respond(WORKING);
		}
	}

	/** Whoever is next may have them at once. */
	giveBack(): void {
		for (const entry of this.#entries.values())
			for (const message of this.#present(entry)) message.respond(NAK);
		this.#entries.clear();
	}

	/** The link or the consumer is another: what was delivered before will come again. */
	renew(): void {
		this.#epoch++;
	}

	/** The first place of a fact in the stream, as it is now. */
	placeOf({ fact }: Sent): number | undefined {
		const entry = this.#entries.get(fact.message_id);
		const [message] = this.#present(entry);
		return message && seqOf(message);
	}

	#present(entry: Entry | undefined): Msg[] {
		return [...(entry?.deliveries.values() ?? [])]
			.filter(({ epoch }) => epoch === this.#epoch)
			.map(({ message }) => message);
	}
}
