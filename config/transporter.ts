import moleculer from "moleculer";
import type { Msg } from "nats";
import { natsOptions } from "./nats.ts";
import { watched } from "./nats-link.ts";

const CONNECT_MS = 2_000;
const FLUSH_MS = 1_000;

/** What is Moleculer's own, and not in its types. */
interface Waiting {
	__connectResolve?: ((value: null) => void) | null;
}
interface Discoverer {
	sendLocalNodeInfo(): Promise<void>;
}

/**
 * Moleculer's transporter, with three differences: a subscription that the server refuses ends the
 * process, where the stock one would go deaf in silence; a process starts while NATS is away, and
 * joins the mesh when it is back; and it stops without waiting for a server that is away.
 */
export class Nats extends moleculer.Transporters.NATS {
	#isLeft = false;

	constructor(url: string) {
		super({ ...natsOptions(url), timeout: CONNECT_MS } as never);
	}

	override async connect(): Promise<void> {
		if (this.#isLeft) return; // a try that was begun before the stop
		try {
			await super.connect();
			watched(this.client);
		} catch (error) {
			(this.transit as unknown as Waiting).__connectResolve?.(null); // the services start meanwhile
			throw error; // tried again, every five seconds
		}
		const { discoverer } = this.broker.registry as unknown as { discoverer: Discoverer };
		await discoverer.sendLocalNodeInfo(); // who came late introduces itself
	}

	override subscribe(cmd: string, nodeID?: string): Promise<void> {
		const topic = this.getTopicName(cmd, nodeID);
		this.client.subscribe(topic, {
			callback: (error: Error | null, message: Msg) => {
				if (error) this.broker.fatal(`NATS refuses the subscription ${topic}`, error, true);
				else void this.receive(cmd, Buffer.from(message.data));
			},
		});
		return Promise.resolve();
	}

	override async disconnect(): Promise<void> {
		this.#isLeft = true;
		if (!this.client) return;
		const limit = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_MS).unref());
		await Promise.race([this.client.flush().catch(() => {}), limit]);
		await this.client.close();
		this.client = null;
	}
}
