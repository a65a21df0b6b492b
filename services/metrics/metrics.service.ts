import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context, Service, ServiceSchema } from "moleculer";
import prometheus from "moleculer-prometheus";
import { maySeeMetrics } from "../../config/bearer.ts";
import { env } from "../../config/env.ts";
import { SOURCES, type Source, sales } from "./business.ts";
import { FIGURES, type Name, type Sheet } from "./figures.ts";
import { Mesh } from "./mesh.ts";
import { natsServers } from "./nats-servers.ts";

// Its handlers expect what Moleculer 0.13 sent, and its names fail Prometheus' lint: see the ADR.
const { events: _stale, ...base } = prometheus;
const stale = Object.fromEntries(
	Object.keys(prometheus.settings.metrics).map((name) => [name, null]),
);
const REFRESH_MS = 15_000; // as often as they are scraped

type Next = (err?: unknown) => void;
type Host = Service & Prometheus;
interface Prometheus {
	mesh: Mesh;
	/** When each source was read last. */
	read_at: Map<Source, number>;
	refreshTimer: NodeJS.Timeout;
	server: {
		use(handler: (req: IncomingMessage, res: ServerResponse, next: Next) => void): void;
	};
	register: { removeSingleMetric(name: string): void; registerMetric(metric: Metric): void };
	created_at: number;
	metrics?: Record<string, Metric>;
	update(name: Name, method: "set" | "inc", labels: object | null, value: number): void;
	updateCommonValues(): void;
}
interface Metric {
	reset(): void;
}

/** Prometheus' page of the mesh as a whole: what one node sees of it, what the read models and NATS say. */
export default {
	name: "metrics",
	mixins: [base as Partial<ServiceSchema>],
	settings: {
		$secureSettings: ["port", "metrics"],
		port: { port: env.metrics_port, host: env.ops_host, exclusive: true },
		collectDefaultMetrics: false, // each process shows its own
		metrics: { ...stale, ...FIGURES },
	},

	created(this: Host) {
		this.mesh = new Mesh(this.broker);
		this.read_at = new Map();
		this.created_at = Date.now();
		this.server.use((req, res, next) => {
			if (!maySeeMetrics(req))
				return void res.writeHead(401, { "WWW-Authenticate": "Bearer" }).end();
			show(this, ageOf(this.read_at.get(sales) ?? this.created_at));
			void readServers(this).then(() => next(), next);
		});
	},
	started(this: Host) {
		this.refreshTimer = setInterval(() => void refresh(this), REFRESH_MS);
	},
	stopped(this: Host) {
		clearInterval(this.refreshTimer);
	},

	events: {
		/** Not before: until then nobody is in the registry. */
		"$broker.started"(this: Host) {
			return refresh(this);
		},
		"$services.changed"(this: Host) {
			this.updateCommonValues();
		},
		"$node.connected"(this: Host, { params: { node } }: Context<Passing>) {
			this.mesh.joined(node);
			this.updateCommonValues();
		},
		"$node.disconnected"(this: Host, { params: { node, unexpected } }: Context<Passing>) {
			this.mesh.left(node, unexpected);
			this.updateCommonValues();
		},
	},

	methods: {
		/** What has not been read yet is no 0: it is on the page from its first reading on. */
		createMetrics(this: Host, definitions: object) {
			base.methods?.createMetrics?.call(this, definitions);
			for (const name of Object.keys(FIGURES)) this.register.removeSingleMetric(name);
		},
		updateCommonValues(this: Host) {
			show(this, this.mesh.read());
		},
	},
} as unknown as ServiceSchema;

interface Passing {
	node: Parameters<Mesh["left"]>[0];
	unexpected: boolean;
}

/** Takes the place of all that the figures of these names were. */
function show({ metrics, register, update }: Host, { names, readings }: Sheet): void {
	for (const name of names) {
		const metric = metrics?.[name];
		if (!metric) continue;
		metric.reset();
		register.registerMetric(metric);
	}
	for (const { name, labels = null, value } of readings)
		update(name, FIGURES[name].type === "Gauge" ? "set" : "inc", labels, value);
}

/** What cannot be read now stays as it was, and its age says so. */
async function refresh(host: Host): Promise<void> {
	await Promise.all(SOURCES.map((source) => read(host, source)));
}

/** Whenever the page is: they answer at once, or are down. */
async function readServers(host: Host): Promise<void> {
	const urls = env.nats_monitor_urls;
	if (urls.length > 0) show(host, await natsServers(urls));
}

async function read(host: Host, source: Source): Promise<void> {
	const { broker, logger, read_at } = host;
	const { names, asks, rest_ms = 0 } = source;
	const now = Date.now();
	if (now - (read_at.get(source) ?? 0) < rest_ms) return;
	if (!broker.registry.actions.isAvailable(asks)) return; // Moleculer would warn, each time
	try {
		show(host, { names, readings: await source.read(broker) });
		read_at.set(source, now);
	} catch (err) {
		logger.info("figures are not read", { asks, err });
	}
}

const ageOf = (read_at: number): Sheet => ({
	names: ["business_metrics_age_seconds"],
	readings: [
		{ name: "business_metrics_age_seconds", value: Math.max(0, Date.now() - read_at) / 1_000 },
	],
});
