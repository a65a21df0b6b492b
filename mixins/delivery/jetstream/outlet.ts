import type { Msg, NatsConnection } from "nats";
import type { Sent } from "../../bus.ts";
import { encode } from "./envelope.ts";
import { inboxFor } from "./inbox.ts";
import type { Link } from "./link.ts";
import { Window } from "./window.ts";

/** What a stream answers: where it has put the fact, or that it had it. */
export interface Acknowledged {
	readonly id: string;
	readonly seq: number;
	readonly isDuplicate: boolean;
}
interface Hooks {
	acknowledged(ack: Acknowledged): void;
	failed(error: unknown): void;
}
interface Answer {
	seq: number;
	duplicate?: boolean;
	error?: { description: string };
}

/** Sends facts while it is open, as many at a time as the window lets go. */
export class Outlet {
	readonly window = new Window();
	#inbox = "";
	readonly #link: Link;
	readonly #hooks: Hooks;
	#nats: NatsConnection | undefined;
	#isOpen = false;
	#isPumping = false;
	/** Tells what answers to this attempt from what answers to one that was given up. */
	#attempt = 0;
	#suffix = "";
	#heard_at = 0;

	constructor(link: Link, hooks: Hooks) {
		this.#link = link;
		this.#hooks = hooks;
	}

	/** Sends, and sends again what was on its way. A `suffix` makes ids new to the stream. */
	open(nats: NatsConnection, suffix: string): void {
		if (this.#nats !== nats) {
			this.#inbox = inboxFor(nats);
			nats.subscribe(`${this.#inbox}.*.*`, { callback: this.#answered });
		}
		this.#nats = nats;
		this.#suffix = suffix;
		this.#attempt++;
		this.window.again();
		this.#isOpen = true;
		this.pump();
	}
	shut(): void {
		this.#isOpen = false;
	}
	get isOpen(): boolean {
		return this.#isOpen && this.#link.nats === this.#nats;
	}

	/** Something is on its way, and nothing has been heard for so long. */
	silent_ms(): number {
		return this.window.inFlight > 0 ? Date.now() - this.#heard_at : 0;
	}

	/** Once for all that is answered in one go. */
	pump(): void {
		if (this.#isPumping) return;
		this.#isPumping = true;
		setImmediate(() => {
			this.#isPumping = false;
			this.#send();
		});
	}

	#send(): void {
		// While the link is down nothing may be left in its buffer: it would reach a server that has
		// lost facts before we have looked, and be taken for the last of an unbroken row.
		if (!this.isOpen || !this.#nats) return;
		if (this.window.inFlight === 0) this.#heard_at = Date.now();
		try {
			for (const one of this.window.next()) {
				const { subject, data, headers } = encode(one, this.#idOf(one));
				const reply = `${this.#inbox}.${this.#attempt}.${one.feed_seq}`;
				this.#nats.publish(subject, data, { headers, reply });
				this.window.send(one);
			}
		} catch (error) {
			this.#hooks.failed(error);
		}
	}

	/** What throws here would end the connection's reading. */
	#answered = (error: Error | null, message: Msg): void => {
		try {
			if (error) throw error;
			if (message.headers?.hasError)
				throw new Error(`No stream answers: ${message.headers.status}`);
			const [attempt, feed_seq] = message.subject.split(".").slice(-2).map(Number);
			if (attempt !== this.#attempt) return;
			const { seq, duplicate, error: refused } = message.json<Answer>();
			if (refused) throw new Error(refused.description);
			this.#heard_at = Date.now();
			const one = this.window.acknowledge(feed_seq ?? 0);
			if (!one) return;
			this.#hooks.acknowledged({ id: this.#idOf(one), seq, isDuplicate: duplicate ?? false });
			this.pump();
		} catch (failure) {
			this.#hooks.failed(failure);
		}
	};

	#idOf = ({ fact }: Sent) => `${fact.message_id}${this.#suffix}`;
}
