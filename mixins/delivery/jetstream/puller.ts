import { type Msg, type NatsConnection, nanos } from "nats";
import { inboxFor } from "./inbox.ts";

const EXPIRES_MS = 5_000;
const GRACE_MS = 2_000;
/** Ways in which a server says that a request is over, and that there was nothing (more) for it. */
const NOTHING_MORE = [404, 408];

interface Hooks {
	came(message: Msg): void;
	/** The request is over: all that was asked for has come, or nothing more will for now. */
	over(): void;
	/** It cannot be served: the consumer or the server is gone. */
	lost(why: string): void;
}

/** Asks a consumer for messages, one request at a time. */
export class Puller {
	#inbox = "";
	readonly #hooks: Hooks;
	#nats: NatsConnection | undefined;
	#request = 0;
	#wanted = 0;
	#watch: NodeJS.Timeout | undefined;

	constructor(hooks: Hooks) {
		this.#hooks = hooks;
	}

	pull(nats: NatsConnection, stream: string, consumer: string, batch: number): void {
		if (this.#nats !== nats) {
			this.#inbox = inboxFor(nats);
			nats.subscribe(`${this.#inbox}.*`, { callback: this.#came });
		}
		this.#nats = nats;
		this.#wanted = batch;
		const asked = JSON.stringify({ batch, expires: nanos(EXPIRES_MS) });
		const reply = `${this.#inbox}.${++this.#request}`;
		nats.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, asked, { reply });
		clearTimeout(this.#watch);
		this.#watch = setTimeout(() => this.#lost("the server is silent"), EXPIRES_MS + GRACE_MS);
	}

	/** What still comes is for nobody. */
	cancel(): void {
		this.#request++;
		clearTimeout(this.#watch);
	}

	/** What throws here would end the connection's reading. */
	#came = (error: Error | null, message: Msg): void => {
		try {
			if (error) throw error;
			if (message.headers?.hasError) this.#said(message);
			else {
				this.#hooks.came(message);
				if (--this.#wanted === 0) this.#over();
			}
		} catch (failure) {
			this.#lost(String(failure));
		}
	};

	#said({ subject, headers }: Msg): void {
		if (subject !== `${this.#inbox}.${this.#request}`) return; // of a request that was given up
		if (NOTHING_MORE.includes(headers?.code ?? 0)) this.#over();
		else this.#lost(headers?.status ?? "");
	}

	#over(): void {
		this.cancel();
		this.#hooks.over();
	}

	#lost(why: string): void {
		this.cancel();
		this.#hooks.lost(why);
	}
}
