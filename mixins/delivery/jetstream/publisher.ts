import type { NatsConnection } from "nats";
import type { Mark, Place, Sent, Sink } from "../../bus.ts";
import { STREAM } from "../cursors.ts";
import { Room } from "../room.ts";
import type { Link } from "./link.ts";
import { type Acknowledged, Outlet } from "./outlet.ts";
import { Progress } from "./progress.ts";
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
	readonly #progress = new Progress();
	/** Known to be lost: until the cursor is rewound, nothing is taken. */
	#isLost = false;
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

	open(place: Place, rewind: Rewind): void {
		this.#progress.resume(place);
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
		return this.#progress.safe;
	}
	mark(): Mark {
		return this.#progress.mark;
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
		const { mark } = this.#progress; // as it is now: what is acknowledged meanwhile comes behind it
		const found = await examine(jsm, this.#producer, this.#settings, mark, this.#isLost);
		this.#checked_at = Date.now();
		if (found.isLost) await this.#repair(found);
		this.#progress.looked(found.created);
		if (this.#isLost) return; // seen since this look began: the next one looks with suspicion
		// What the server sent before the link broke may still be on its way: this asks behind it.
		if (!this.#outlet.isOpen && this.#link.nats === nats && !this.isFinished)
			this.#outlet.open(nats, this.#progress.suffix);
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
		await this.#rewind?.(this.#progress.rewind(created, begin));
		this.#isLost = false;
		this.#room.open();
		repairs.inc({ context: producer });
	}

	#acknowledged(ack: Acknowledged): void {
		if (!this.#progress.acknowledge(ack)) {
			this.#isLost = true;
			this.#outlet.shut();
			void this.#check();
			return;
		}
		this.#progress.safe = this.#outlet.window.advance() ?? this.#progress.safe;
		if (this.#outlet.window.size < WINDOW_MAX) this.#room.open();
	}
}

type Rewind = (place: Place) => Promise<void>;
