import type { Reader, Sent } from "../../bus.ts";
import { KeyQueues } from "../key-queues.ts";
import { gauge, type Reading } from "../metrics.ts";
import { decode } from "./envelope.ts";
import { Held, terminate } from "./held.ts";
import type { Link } from "./link.ts";
import { Puller } from "./puller.ts";
import type { Settings } from "./settings.ts";
import { consumerConfig, consumerOf, refuseForeign, streamOf } from "./stream.ts";

const BATCH_MAX = 256;
const RETRY_MS = 500;
const ASK_MS = 2_000;
const FULL_MS = 5_000; // then it asks all the same: what was with another comes before what is new
const LAG_MS = 500; // a page of metrics waits no longer for a server that is slow

/** What one context hears of one producer. Facts are acknowledged once they are applied or parked. */
export class Subscription {
	readonly #link: Link;
	readonly #settings: Settings;
	readonly #reader: Reader;
	readonly #producer: string;
	readonly #held = new Held();
	readonly #queues: KeyQueues;
	readonly #puller: Puller;
	readonly #leave: () => void;
	readonly #work: NodeJS.Timeout;
	readonly #endGauge: () => void;
	#came: Sent[] = [];
	#taking: Promise<void> = Promise.resolve();
	#retry: NodeJS.Timeout | undefined;
	#isClosed = false;

	constructor(link: Link, settings: Settings, reader: Reader, producer: string) {
		this.#link = link;
		this.#settings = settings;
		this.#reader = reader;
		this.#producer = producer;
		this.#queues = new KeyQueues(reader, {
			full_ms: FULL_MS,
			settled: (one) => {
				if (!link.nats) this.#held.renew(); // the answer would wait, and reach another server
				this.#held.settled(one);
			},
			missing: (one) => void this.#missing(one).catch(() => {}), // asked again at its next turn
		});
		this.#puller = new Puller({
			came: (message) => {
				const sent = decode(message, producer);
				const one = sent && this.#held.add(sent, message);
				if (one) this.#gather(one);
				if (sent) return;
				terminate(message);
				const { context } = reader;
				settings.warn("a message is no fact: it is dropped", { context, of: message.subject });
			},
			over: () => setImmediate(() => void this.#taking.then(() => this.#pull())),
			lost: (why) => this.#again(why),
		});
		const often_ms = settings.ack_wait_ms / 3;
		this.#work = setInterval(() => this.#held.working(often_ms), often_ms);
		this.#endGauge = gauge(() => this.#lag());
		this.#leave = link.use(() => void this.#begin());
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		this.#leave();
		this.#endGauge();
		clearInterval(this.#work);
		clearTimeout(this.#retry);
		this.#puller.cancel();
		await this.#queues.close();
		if (this.#link.nats) this.#held.giveBack();
	}

	/** Makes the consumer if it is missing, and begins to ask it. */
	async #begin(): Promise<void> {
		const nats = this.#link.nats;
		this.#puller.cancel();
		this.#held.renew();
		if (this.#isClosed || !nats) return; // called again once the link is up
		try {
			const jsm = await nats.jetstreamManager({ checkAPI: false, timeout: ASK_MS });
			const { context } = this.#reader;
			await refuseForeign(jsm, this.#producer, this.#settings.mesh);
			const config = consumerConfig(context, this.#producer, this.#settings.ack_wait_ms);
			await jsm.consumers.add(streamOf(this.#producer), config);
			this.#pull();
		} catch (error) {
			this.#again(String(error));
		}
	}

	#again(why: string): void {
		const { context } = this.#reader;
		this.#settings.warn("facts cannot be heard for now", { context, of: this.#producer, why });
		clearTimeout(this.#retry);
		if (!this.#isClosed) this.#retry = setTimeout(() => void this.#begin(), RETRY_MS);
	}

	#pull(): void {
		const nats = this.#link.nats;
		if (this.#isClosed || !nats) return;
		const consumer = consumerOf(this.#reader.context, this.#producer);
		this.#puller.pull(nats, streamOf(this.#producer), consumer, BATCH_MAX);
	}

	/** As the server knows it: what no replica has been given, and what has not been acknowledged. */
	async #lag(): Promise<Reading[]> {
		const jsm = await this.#link.nats?.jetstreamManager({ checkAPI: false, timeout: LAG_MS });
		if (!jsm) return []; // nobody knows, and a page does not guess
		const labels = { context: this.#reader.context, producer: this.#producer };
		const consumer = consumerOf(labels.context, this.#producer);
		const found = await jsm.consumers.info(streamOf(this.#producer), consumer);
		const value = found.num_pending + found.num_ack_pending;
		return [{ gauge: "consumer_lag", labels, value }];
	}

	/**
	 * Of a key never heard of, the first that is kept is the beginning: all that stands before it
	 * in the stream has been heard, so what came before it in its key is kept no more.
	 */
	async #missing(one: Sent): Promise<void> {
		const place = this.#held.placeOf(one);
		const nats = this.#link.nats;
		if (one.is_first || place === undefined || !nats) return;
		const jsm = await nats.jetstreamManager({ checkAPI: false, timeout: ASK_MS });
		const stream = streamOf(this.#producer);
		const { state } = await jsm.streams.info(stream);
		const consumer = consumerOf(this.#reader.context, this.#producer);
		const { ack_floor } = await jsm.consumers.info(stream, consumer);
		const heard = Math.max(state.first_seq - 1, ack_floor.stream_seq);
		if (heard >= place - 1) Object.assign(one, { is_first: true });
	}

	/** What comes in one go is taken in one. */
	#gather(one: Sent): void {
		if (this.#came.push(one) > 1) return;
		setImmediate(() => {
			if (this.#isClosed) return;
			this.#taking = this.#queues.take(this.#came);
			this.#came = [];
		});
	}
}
