import type { IncomingMessage, ServerResponse } from "node:http";
import type { Service, ServiceSchema } from "moleculer";
import prometheus from "moleculer-prometheus";
import { env } from "../../config/env.ts";
import { asService } from "../../config/identity.ts";
import { registry } from "../../config/metrics.ts";
import { reporting } from "../reporting/reporting.contract.ts";
import { show } from "./business.ts";

// Its handlers expect what Moleculer 0.13 sent, and its names fail Prometheus' lint: see the ADR.
const { events: _stale, ...base } = prometheus;
const stale = Object.fromEntries(
	Object.keys(prometheus.settings.metrics).map((name) => [name, null]),
);
const REFRESH_MS = 15_000; // as often as they are scraped
const LOOPBACK = "127.0.0.1";

type Next = (err?: unknown) => void;
type Host = Service & Prometheus;
interface Prometheus {
	refreshTimer: NodeJS.Timeout;
	server: {
		use(handler: (req: IncomingMessage, res: ServerResponse, next: Next) => void): void;
	};
	register: { metrics(): string };
	metrics?: Record<string, { reset(): void }>;
	update(name: string, method: "set", labels: object, value: number): void;
	updateCommonValues(): Promise<void>;
}

/** Prometheus' page, on its own port and loopback: the mesh as one node sees it, and what this process counts. */
export default {
	name: "metrics",
	mixins: [base as Partial<ServiceSchema>],
	settings: {
		$secureSettings: ["port", "metrics"],
		port: { port: env.metrics_port, host: LOOPBACK },
		collectDefaultMetrics: false, // the registry of this process has its own
		metrics: {
			...stale,
			mesh_nodes: { type: "Gauge", help: "Nodes in the registry.", labelNames: ["state"] },
			mesh_service_endpoints: {
				type: "Gauge",
				help: "Replicas of each service.",
				labelNames: ["service_name"],
			},
			mesh_action_endpoints: {
				type: "Gauge",
				help: "Endpoints of each action.",
				labelNames: ["action"],
			},
		},
	},

	started(this: Host) {
		this.refreshTimer = setInterval(() => void readFigures(this), REFRESH_MS);
	},
	stopped(this: Host) {
		clearInterval(this.refreshTimer);
	},

	created(this: Host) {
		this.server.use((req, res, next) => void page(this, req, res, next).catch(next));
	},

	events: {
		/** Not before: until then nobody is in the registry. */
		"$broker.started"(this: Host) {
			return readFigures(this);
		},
		"$services.changed"(this: Host) {
			return this.updateCommonValues();
		},
		"$node.connected"(this: Host) {
			return this.updateCommonValues();
		},
		"$node.disconnected"(this: Host) {
			return this.updateCommonValues();
		},
	},

	methods: { updateCommonValues },
} as unknown as ServiceSchema;

/** What cannot be read now stays as it was, and its age says so. */
async function readFigures({ broker, logger }: Host): Promise<void> {
	if (!broker.registry.actions.isAvailable(reporting.kpis.action)) return; // Moleculer would warn, each time
	await reporting
		.kpis(broker, {}, { headers: asService("metrics") })
		.then(show)
		.catch((err) => logger.info("the business figures are not read", { err }));
}

async function page(host: Host, { url }: IncomingMessage, res: ServerResponse, next: Next) {
	if (url !== "/metrics") return next();
	const mesh = host.register.metrics();
	res.setHeader("Content-Type", registry.contentType);
	res.end(`${mesh}${await registry.metrics()}`);
}

async function updateCommonValues(this: Host) {
	if (!this.metrics) return;
	for (const gauge of Object.values(this.metrics)) gauge.reset();
	const { registry: mesh } = this.broker;
	const nodes = mesh.getNodeList({ withServices: true, onlyAvailable: false }) as unknown as {
		available: boolean;
		services: { name: string }[];
	}[];
	for (const [state, is] of [
		["up", true],
		["down", false],
	] as const)
		this.update("mesh_nodes", "set", { state }, nodes.filter((one) => one.available === is).length);
	for (const [service_name, count] of tally(nodes.flatMap(({ services }) => services)))
		this.update("mesh_service_endpoints", "set", { service_name }, count);
	const actions = mesh.getActionList({ withEndpoints: true, skipInternal: true }) as unknown as {
		name: string;
		endpoints?: unknown[];
	}[];
	for (const { name, endpoints = [] } of actions)
		this.update("mesh_action_endpoints", "set", { action: name }, endpoints.length);
}

function tally(services: { name: string }[]): Map<string, number> {
	const counts = new Map<string, number>();
	for (const { name } of services) counts.set(name, (counts.get(name) ?? 0) + 1);
	return counts;
}
