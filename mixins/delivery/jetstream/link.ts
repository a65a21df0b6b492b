import { connect, type NatsConnection } from "nats";
import { natsOptions } from "../../../config/nats.ts";
import { watched } from "../../../config/nats-link.ts";

const RETRY_MS = 500;
const CONNECT_MS = 2_000;
const CLOSE_MS = 2_000;

/** A connection to NATS that is there, or will be: it is awaited for as long as it takes. */
export class Link {
	readonly #url: string;
	readonly #users = new Set<(nats: NatsConnection) => void>();
	readonly #warn: Warn;
	#nats: NatsConnection | undefined;
	#isUp = false;
	#isClosed = false;
	#retry: NodeJS.Timeout | undefined;
	#dialling: Promise<void> | undefined;

	constructor(url: string, warn: Warn) {
		this.#url = url;
		this.#warn = warn;
	}

	/** While it is up. */
	get nats(): NatsConnection | undefined {
		return this.#isUp && !this.#isClosed ? this.#nats : undefined;
	}

	/** Calls it whenever the link comes up, and now if it is. Answers how to be left alone. */
	use(user: (nats: NatsConnection) => void): () => void {
		this.#users.add(user);
		if (this.nats) user(this.nats);
		else if (!this.#nats) this.#dial();
		return () => void this.#users.delete(user);
	}

	async close(): Promise<void> {
		this.#isClosed = true;
		clearTimeout(this.#retry);
		await this.#dialling;
		if (!this.#nats) return;
		const limit = Promise.withResolvers<void>();
		const timer = setTimeout(limit.resolve, CLOSE_MS);
		// What is down cannot be flushed: it would wait for the server to come back.
		if (this.#isUp) await Promise.race([this.#nats.flush().catch(() => {}), limit.promise]);
		clearTimeout(timer);
		await this.#nats.close();
	}

	#dial(): void {
		this.#dialling ??= this.#connect().finally(() => {
			this.#dialling = undefined;
		});
	}

	async #connect(): Promise<void> {
		if (this.#isClosed || this.#nats) return;
		try {
			// No traces: each request would pay for one.
			const options = { ...natsOptions(this.#url), timeout: CONNECT_MS, noAsyncTraces: true };
			this.#nats = watched(await connect(options));
			void this.#follow(this.#nats);
			void this.#nats.closed().then(() => this.#over());
			this.#up();
		} catch (err) {
			this.#warn("facts wait: NATS cannot be reached", { err });
			if (!this.#isClosed) this.#retry = setTimeout(() => this.#dial(), RETRY_MS);
		}
	}

	async #follow(nats: NatsConnection): Promise<void> {
		for await (const { type } of nats.status()) {
			if (type === "disconnect") {
				this.#isUp = false;
				this.#warn("facts wait: the link to NATS is down", {});
			}
			if (type === "reconnect") this.#up();
		}
	}

	/** It is not we who closed it: it has given up for good, and would never come back. */
	#over(): void {
		if (this.#isClosed) return;
		this.#isUp = false;
		this.#nats = undefined;
		this.#warn("facts wait: the link to NATS has given up, and is made anew", {});
		this.#retry = setTimeout(() => this.#dial(), RETRY_MS);
	}

	#up(): void {
		const nats = this.#nats;
		this.#isUp = true;
		if (nats && !this.#isClosed) for (const user of [...this.#users]) user(nats);
	}
}

export type Warn = (text: string, details: object) => void;
