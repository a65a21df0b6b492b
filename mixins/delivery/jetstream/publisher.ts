import type { NatsConnection } from "nats";
import type { Mark, Place, Sent, Sink } from "../../bus.ts";
import { STREAM } from "../cursors.ts";
import { Room } from "../room.ts";
import type { Link } from "./link.ts";
import { type Acknowledged, Outlet } from "./outlet.ts";
import { examine, type Found, repairs } from "./repair.ts";
import type { Settings } from "./settings.ts";
import { WINDOW_MAX } from "./window.ts";

const TICK_MS = 500;
const SILENCE_MS = 3_000; // after so long without a word, what is on its way is taken for lost
const FINISH_MS = 2_000;
const ASK_MS = 2_000;

/**
 * The stream of one producer, as a sink of its outbox. A fact is safe once the stream has
 * acknowledged it; a stream that is found lost or rolled back is filled again from the outbox.
 */
export class Publisher implements Sink {
	readonly name = STREAM;
	readonly #link: Link;
	readonly #settings: Settings;
	readonly #producer: string;
	readonly #outlet: Outlet;
	#rewind: ((place: Place) => Promise<void>) | undefined;
	#leave: (() => void) | undefined;
	#timer: NodeJS.Timeout | undefined;
	#safe = 0;
	#mark: Mark = {};
	/** Known to be lost: until the cursor is rewound, nothing is taken. */
	#isLost = false;
	#repairs = 0;
	#checking: Promise<void> | undefined;
	#checked_at = 0;
	isFinished = false;
	readonly #room = new Room();

	constructor(link: Link, settings: Settings, producer: string) {
		this.#link = link;
		this.#settings = settings;
		this.#producer = producer;
		this.#outlet = new Outlet(link, {
			acknowledged: (ack) => this.#acknowledged(ack),
			failed: (err) => this.#failed("facts wait: their stream does not take them", err),
		});
	}

	open({ feed_seq, stream_created, stream_seq, stream_message }: Place, rewind: Rewind): void {
		this.#safe = feed_seq;
		this.#mark = { stream_created, stream_seq, stream_message };
		this.#rewind = rewind;
		this.#timer = setInterval(() => this.#tick(), TICK_MS);
		this.#leave = this.#link.use(() => {
			this.#outlet.shut(); // it may be another server, or have another past
			void this.#check();
		});
	}

	async take(facts: readonly Sent[]): Promise<void> {
		const { window } = this.#outlet;
		if (!this.#isLost) window.add(facts); // else they come again, behind those that are lost
		this.#outlet.pump();
		if (this.#isLost || window.size >= WINDOW_MAX) await this.#room.wait();
	}

	safe(): number {
		return this.#safe;
	}
	mark(): Mark {
		return this.#mark;
	}

	async finish(): Promise<void> {
		const end = Date.now() + FINISH_MS;
		while (this.#outlet.isOpen && this.#outlet.window.inFlight > 0 && Date.now() < end)
			await new Promise((resolve) => setTimeout(resolve, 10));
		this.isFinished = true;
		clearInterval(this.#timer);
		this.#leave?.();
		this.#outlet.shut();
		await this.#checking;
	}

	#tick(): void {
		const isDue = Date.now() - this.#checked_at > this.#settings.check_ms;
		if (this.#outlet.silent_ms() > SILENCE_MS) this.#outlet.shut();
		if (isDue || !this.#outlet.isOpen) void this.#check();
	}

	#check(): Promise<void> {
		const nats = this.#link.nats;
		if (!nats || this.isFinished) return Promise.resolve();
		this.#checking ??= this.#examine(nats)
			.catch((err) => this.#failed("facts wait: their stream is not to be had", err))
			.finally(() => {
				this.#checking = undefined;
			});
		return this.#checking;
	}

	async #examine(nats: NatsConnection): Promise<void> {
		const jsm = await nats.jetstreamManager({ checkAPI: false, timeout: ASK_MS });
		const mark = this.#mark; // as it is now: what is acknowledged meanwhile comes behind it
		const found = await examine(jsm, this.#producer, this.#settings, mark, this.#isLost);
		this.#checked_at = Date.now();
		if (found.isLost) await this.#repair(found);
		this.#mark = { ...this.#mark, stream_created: found.created };
		// What the server sent before the link broke may still be on its way: this asks behind it.
		if (!this.#outlet.isOpen && this.#link.nats === nats && !this.isFinished)
			this.#outlet.open(nats, this.#repairs > 0 ? `~${this.#repairs}` : "");
	}

	/** The next tick looks at the stream, and tries again. */
	#failed(text: string, err: unknown): void {
		this.#outlet.shut();
		this.#settings.warn(text, { producer: this.#producer, err });
	}

	async #repair({ created, begin }: Found): Promise<void> {
		const producer = this.#producer;
		this.#outlet.shut();
		this.#isLost = true;
		this.#outlet.window.clear();
		this.#settings.warn("a stream has lost facts: it is filled again", { producer, begin });
		this.#safe = Math.min(this.#safe, begin);
		this.#mark = { stream_created: created };
		await this.#rewind?.({ ...this.#mark, feed_seq: this.#safe });
		this.#isLost = false;
		this.#room.open();
		this.#repairs++; // a stream that was only emptied would take the same ids for duplicates
		repairs.inc({ context: producer });
	}

	#acknowledged({ id, seq, isDuplicate }: Acknowledged): void {
		const { stream_seq = 0 } = this.#mark;
		if (!isDuplicate && seq <= stream_seq) {
			this.#isLost = true;
			this.#outlet.shut();
			void this.#check();
			return;
		}
		if (seq > stream_seq) this.#mark = { ...this.#mark, stream_seq: seq, stream_message: id };
		this.#safe = this.#outlet.window.advance() ?? this.#safe;
		if (this.#outlet.window.size < WINDOW_MAX) this.#room.open();
	}
}

type Rewind = (place: Place) => Promise<void>;
