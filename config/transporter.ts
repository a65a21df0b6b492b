import moleculer from "moleculer";
import { Events, type Msg, type NatsConnection } from "nats";
import { Absence, type Packet } from "./absence.ts";
import { natsOptions } from "./nats.ts";
import { watched } from "./nats-link.ts";

const CONNECT_MS = 2_000;
const FLUSH_MS = 1_000;

/** What is Moleculer's own, and not in its types. */
interface Waiting {
	__connectResolve?: ((value: null) => void) | null;
}
interface Sending {
	readonly packet?: Packet;
}
interface Discoverer {
	sendLocalNodeInfo(): Promise<void>;
	sendHeartbeat(): Promise<void>;
}

/**
 * Moleculer's transporter, with these differences: a subscription that the server refuses ends the
 * process, where the stock one would go deaf in silence; a process starts while NATS is away, and
 * joins the mesh when it is back; calls fail at once while it is away, and to nodes that it knows
 * to be gone; and it stops without waiting for a server that is away.
 */
export class Nats extends moleculer.Transporters.NATS {
	#isLeft = false;
	#isAway = false;
	#absence: Absence | undefined;

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
		this.#absence = new Absence(this.client, this.broker, this.client.options?.inboxPrefix);
		void this.#watch(this.client);
		await this.#discoverer.sendLocalNodeInfo(); // who came late introduces itself
	}

	get #discoverer(): Discoverer {
		return (this.broker.registry as unknown as { discoverer: Discoverer }).discoverer;
	}

	async #watch(client: NatsConnection): Promise<void> {
		for await (const { type } of client.status()) {
			if (type === Events.Disconnect) this.#isAway = true;
			if (type !== Events.Reconnect) continue;
			this.#isAway = false;
			await this.#discoverer.sendHeartbeat(); // whoever thought us gone asks who we are
		}
	}

	/** What is asked while the link is down would be answered when nobody waits any more. */
	override async send(topic: string, data: Buffer, meta?: Sending): Promise<void> {
		const { packet } = meta ?? {};
		const reply = packet && this.#absence?.replyTo(packet);
		if (this.#isAway && reply) this.#absence?.refuse(packet?.payload.id);
		else this.client?.publish(topic, data, reply ? { reply } : undefined);
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
		this.#absence?.close();
		if (!this.client) return;
		const limit = new Promise<void>((resolve) => setTimeout(resolve, FLUSH_MS).unref());
		await Promise.race([this.client.flush().catch(() => {}), limit]);
		await this.client.close();
		this.client = null;
	}
}
