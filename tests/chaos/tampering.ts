import "../../config/process.ts";
import { appendFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { type Payload, type PublishOptions, headers as someHeaders } from "nats";
import { NatsConnectionImpl } from "nats/lib/nats-base-client/nats.js";
import { Nats } from "../../config/transporter.ts";
import { seeded } from "../support/simulate-clock.ts";
import { KINDS, type Kind, STORM } from "./toll.ts";

/**
 * Loaded before the product, which knows nothing of it: loses answers that were on their way, and
 * sends facts and steps of sagas twice, the second time a little later.
 */
const { CHAOS_TOLL: folder = "", CHAOS_SEED, CHAOS_LOST, CHAOS_DOUBLED } = process.env;
const LATER_MS = 500;
const LOOK_MS = 200;

const random = seeded(Number(CHAOS_SEED) * 31 + process.pid);
const share = { lost: Number(CHAOS_LOST) / 100, doubled: Number(CHAOS_DOUBLED) / 100 };
const isStormy = () => existsSync(join(folder, STORM));
let isOn = isStormy();
setInterval(() => {
	isOn = isStormy();
}, LOOK_MS).unref();

const happens = (what: keyof typeof share) => isOn && random() < share[what];
const count = (kind: Kind) =>
	appendFileSync(join(folder, `${process.pid}.done`), String(KINDS.indexOf(kind)));
const later = (work: () => void) => setTimeout(work, random() * LATER_MS).unref();

interface Sent {
	packet?: { type: string; payload: { id?: string; headers?: Headers; stream?: boolean } };
}
interface Headers {
	saga_id?: string;
}
interface Transporter {
	send(topic: string, data: Buffer, meta?: Sent): Promise<void>;
	receive(kind: string, data: Buffer): unknown;
}
const transporter = Nats.prototype as unknown as Transporter;
const { send, receive } = transporter;
/** Steps that are to be sent again, once it is known that somebody has begun them. */
const steps = new Map<string, () => void>();
const STEPS_MAX = 1_000;

transporter.send = function tampered(topic, data, meta = {}) {
	const { type = "", payload } = meta.packet ?? {};
	if (type === "RES" && !payload?.stream && happens("lost")) {
		count("answers lost");
		return Promise.resolve();
	}
	if (type === "REQ" && payload?.id && payload.headers?.saga_id && happens("doubled")) {
		if (steps.size > STEPS_MAX) steps.clear();
		steps.set(payload.id, () => {
			count("steps doubled");
			send.call(this, topic, data, meta).catch(() => {}); // the link is down: it was not doubled
		});
	}
	return send.call(this, topic, data, meta);
};

/** Whoever says that nobody is there will not find somebody later: no network brings it again. */
transporter.receive = function tampered(kind, data) {
	if (kind === "RES" && steps.size > 0) {
		const { id, error } = JSON.parse(String(data)) as { id: string; error?: { type: string } };
		const again = steps.get(id);
		steps.delete(id);
		if (again && !NOBODY.includes(error?.type ?? "")) later(again);
	}
	return receive.call(this, kind, data);
};
const NOBODY = ["SERVICE_NOT_FOUND", "SERVICE_NOT_AVAILABLE"];

/** Under another id, since a stream knows the first one again; nobody waits for its answer. */
const publish = NatsConnectionImpl.prototype.publish;
NatsConnectionImpl.prototype.publish = function tampered(
	subject: string,
	data?: Payload,
	options?: PublishOptions,
) {
	publish.call(this, subject, data, options);
	const { headers } = options ?? {};
	if (!headers || !subject.startsWith("evt.") || !happens("doubled")) return;
	const { transport } = this.protocol;
	later(() => {
		if (this.protocol.transport !== transport) return; // nothing survives its connection
		const again = someHeaders();
		for (const name of headers.keys())
			again.set(name, `${headers.get(name)}${name === "Nats-Msg-Id" ? "~again" : ""}`);
		publish.call(this, subject, data, { headers: again });
		count("facts doubled");
	});
};
