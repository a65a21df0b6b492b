import type { NatsConnection } from "nats";
import { Counter, Gauge } from "prom-client";
import { env } from "./env.ts";
import { registry } from "./metrics.ts";

const registers = [registry];
const RTT_MS_MAX = 2_000;
const PROBE_MS = 5_000;
const KINDS: readonly [part: RegExp, kind: string][] = [
	[/PERMISSION/, "permission"],
	[/AUTH/, "authentication"],
	[/STALE/, "stale"],
];

/** The connections of this process: Moleculer's, and the one that facts take. */
const connections = new Map<NatsConnection, { isUp: boolean }>();
let rtt_seconds = 0;
let answered_at = Date.now();

const reconnects = new Counter({
	name: "nats_client_reconnects_total",
	help: "How often a connection to NATS has come back.",
	registers,
});
const errors = new Counter({
	name: "nats_client_errors_total",
	help: "What the server of NATS has complained of.",
	labelNames: ["kind"],
	registers,
});

/** Without NATS there is nothing to be lost: an alert would ring for it. */
if (env.nats_url) {
	new Gauge({
		name: "nats_client_connected",
		help: "1 while every connection to NATS is up.",
		registers,
		collect() {
			this.set(Number(isConnected()));
		},
	});
	new Gauge({
		name: "nats_client_rtt_seconds",
		help: "What the last round trip to NATS took.",
		registers,
		collect() {
			this.set(rtt_seconds);
		},
	});
}

const isConnected = () =>
	connections.size > 0 && [...connections.values()].every(({ isUp }) => isUp);

/** Counts what becomes of a connection, for as long as it is not closed for good. */
export function watched(nats: NatsConnection): NatsConnection {
	const state = { isUp: true };
	connections.set(nats, state);
	void follow(nats, state);
	void nats.closed().then(() => connections.delete(nats));
	return nats;
}

async function follow(nats: NatsConnection, state: { isUp: boolean }): Promise<void> {
	for await (const { type, data } of nats.status()) {
		if (type === "disconnect") state.isUp = false;
		if (type === "reconnect") {
			state.isUp = true;
			reconnects.inc();
		}
		if (type === "error") errors.inc({ kind: kindOf(String(data)) });
	}
}

const kindOf = (code: string) => KINDS.find(([part]) => part.test(code))?.[1] ?? "other";

/** True once every connection has answered, within two seconds. */
export async function natsAnswers(): Promise<boolean> {
	if (!isConnected()) return false;
	const limit = Promise.withResolvers<undefined>();
	const timer = setTimeout(limit.resolve, RTT_MS_MAX);
	const asked = Promise.all([...connections.keys()].map((nats) => nats.rtt())).catch(() => {});
	const trips = await Promise.race([asked, limit.promise]);
	clearTimeout(timer);
	if (!trips) return false;
	rtt_seconds = Math.max(...trips) / 1_000;
	answered_at = Date.now();
	return true;
}

/** How long ago NATS has answered. */
export const natsSilence_ms = (): number => Date.now() - answered_at;

/** Asks every five seconds, until it is told not to. */
export function probeNats(): () => void {
	answered_at = Date.now(); // who has just come has missed no answer
	const timer = setInterval(() => void natsAnswers(), PROBE_MS).unref();
	return () => clearInterval(timer);
}
