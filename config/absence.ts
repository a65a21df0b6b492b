import moleculer, { type ServiceBroker } from "moleculer";
import { createInbox, type Msg, type NatsConnection } from "nats";

const LOOK_MS = 300; // twice that is how long it can take: answers that say so come within a second
const NO_RESPONDERS = 503;

/** What is Moleculer's own, and not in its types. */
export interface Packet {
	readonly type: string;
	readonly target?: string | null;
	readonly payload: { readonly id?: string };
}
interface Pending {
	readonly nodeID: string;
	readonly action: { readonly name: string };
	reject(error: Error): void;
}
interface Insides {
	readonly transit: {
		readonly pendingRequests: Map<string, Pending>;
		removePendingRequest(id: string): void;
		sendPing(nodeID: string): Promise<void>;
	};
	readonly registry: { nodes: { disconnected(nodeID: string, isUnexpected: boolean): void } };
}

/**
 * Hears from NATS who is gone. A server tells at once that nobody listens to a message that asks
 * for an answer: so requests ask for one. A node that died is then called once, not until its
 * heartbeats are missed, and those who wait for it are told within a second.
 */
export class Absence {
	readonly #inbox: string;
	readonly #broker: Insides;
	readonly #timer: NodeJS.Timeout;
	#waiting = new Set<string>();

	constructor(client: NatsConnection, broker: ServiceBroker, prefix?: string) {
		this.#broker = broker as unknown as Insides;
		this.#inbox = createInbox(prefix);
		client.subscribe(`${this.#inbox}.>`, {
			callback: (error: Error | null, msg: Msg) => {
				if (error)
					broker.logger.warn("NATS does not tell who is gone", error); // heartbeats do
				else if (msg.headers?.code === NO_RESPONDERS) this.#gone(msg.subject);
			},
		});
		this.#timer = setInterval(() => this.#look(), LOOK_MS).unref();
	}

	/** Where NATS is to say that nobody listens. */
	replyTo({ type, target, payload }: Packet): string | undefined {
		if (!target || (type !== "REQ" && type !== "PING")) return undefined;
		return `${this.#inbox}.${payload.id}.${target}`;
	}

	/** A request that has not left, and now never will: nobody has begun. */
	refuse(id = ""): void {
		const { transit } = this.#broker;
		const request = transit.pendingRequests.get(id);
		if (!request) return;
		transit.removePendingRequest(id);
		const { nodeID, action } = request;
		request.reject(
			new moleculer.Errors.ServiceNotAvailableError({ action: action.name, nodeID } as never),
		);
	}

	close(): void {
		clearInterval(this.#timer);
	}

	#gone(subject: string): void {
		const [id, ...node] = subject.slice(this.#inbox.length + 1).split(".");
		this.refuse(id);
		this.#broker.registry.nodes.disconnected(node.join("."), true); // its heartbeat brings it back
	}

	/** Who was asked before it died is not asked again by itself. */
	#look(): void {
		const pending = this.#broker.transit.pendingRequests;
		const slow = [...pending].filter(([id]) => this.#waiting.has(id));
		for (const node of new Set(slow.map(([, { nodeID }]) => nodeID)))
			void this.#broker.transit.sendPing(node);
		this.#waiting = new Set(pending.keys());
	}
}
