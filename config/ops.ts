import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { maySeeMetrics } from "./bearer.ts";
import { env } from "./env.ts";
import { registry } from "./metrics.ts";
import { natsAnswers, natsSilence_ms, probeNats } from "./nats-link.ts";
import { Pulse } from "./pulse.ts";

const LATE_MS_MAX = 5_000;
const SILENCE_MS_MAX = 60_000;

/** What keeps a process from its work, in words: nothing while all is well. */
export type Faults = () => Promise<readonly string[]> | readonly string[];

/** What a process says of itself to whoever watches it: its metrics, and whether it is well. */
export interface Ops {
	/** Of its pages, `/metrics` and `/health/live`, `ready` and `startup`. */
	readonly url: string;
	/** All of it runs; from here on it is ready whenever nothing that it needs is amiss. */
	started(faults: Faults): void;
	/** It is leaving: who sends it work should send it elsewhere. */
	draining(): void;
	close(): Promise<void>;
}

/** Listens from before the broker starts until after it has stopped. */
export async function openOps(): Promise<Ops> {
	const process = new Watched();
	const server = createServer((req, res) => {
		answer(process, req, res).catch((error) => say(res, 500, String(error)));
	});
	server.listen({ port: env.ops_port, host: env.ops_host, exclusive: true });
	await once(server, "listening").catch((error: Error) => {
		throw new Error(`${error.message}. See RETAIL_OPS_PORT: 0 takes a free one`, { cause: error });
	});
	const endProbe = env.nats_url ? probeNats() : () => {};
	return {
		url: urlOf(server.address() as AddressInfo),
		started(faults) {
			process.faults = faults;
		},
		draining() {
			process.isDraining = true;
		},
		async close() {
			endProbe();
			process.pulse.stop();
			const closed = once(server, "close");
			server.close();
			server.closeAllConnections();
			await closed;
		},
	};
}

const urlOf = ({ address, family, port }: AddressInfo) =>
	`http://${family === "IPv6" ? `[${address}]` : address}:${port}`;

class Watched {
	faults: Faults | undefined;
	isDraining = false;
	readonly pulse = new Pulse();

	/** Whether a restart would help: never what a database does, which it would not. */
	live(): string[] {
		const isLate = this.pulse.late_ms > LATE_MS_MAX;
		const isSilent = env.nats_url !== "" && natsSilence_ms() > SILENCE_MS_MAX;
		return [
			...(isLate ? ["the event loop is more than 5 s late"] : []),
			...(isSilent ? ["NATS has not answered for a minute"] : []),
		];
	}

	startup(): string[] {
		return this.faults ? [] : ["it is starting"];
	}

	async ready(): Promise<string[]> {
		if (this.isDraining) return ["it is draining"];
		if (!this.faults) return this.startup();
		const nats = env.nats_url && !(await natsAnswers()) ? ["NATS does not answer"] : [];
		return [...nats, ...(await this.faults())];
	}
}

async function answer(watched: Watched, req: IncomingMessage, res: ServerResponse): Promise<void> {
	const { pathname } = new URL(req.url ?? "", "http://ops");
	if (req.method !== "GET" && req.method !== "HEAD") return say(res, 405, "GET only");
	if (pathname === "/metrics") return page(req, res);
	const probe = /^\/health\/(live|ready|startup)$/.exec(pathname)?.[1] as Probe | undefined;
	if (!probe) return say(res, 404, "/metrics, /health/live, /health/ready, /health/startup");
	const faults = await watched[probe]();
	const status = faults.length > 0 ? "down" : "up";
	say(res, status === "up" ? 200 : 503, { status, ...(status === "down" && { because: faults }) });
}
type Probe = "live" | "ready" | "startup";

async function page(req: IncomingMessage, res: ServerResponse): Promise<void> {
	if (!maySeeMetrics(req)) return say(res, 401, "A bearer token: RETAIL_METRICS_TOKEN");
	const text = await registry.metrics();
	res.setHeader("Content-Type", registry.contentType).end(text);
}

function say(res: ServerResponse, status: number, body: object | string): void {
	const isText = typeof body === "string";
	if (status === 401) res.setHeader("WWW-Authenticate", "Bearer");
	res.writeHead(status, { "Content-Type": isText ? "text/plain" : "application/json" });
	res.end(isText ? `${body}\n` : JSON.stringify(body));
}
