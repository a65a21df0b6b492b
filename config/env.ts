/** The only reader of `process.env`: a name, its kind, its default, and why it exists. */
import { hostname } from "node:os";
import { BadSetting, list, misspelt, secret, text, whole, yesNo } from "./setting.ts";

const inContainer = yesNo("CONTAINER", false);
// In a container each process has the same few ids, and a host name of its own. A node's id has one dot.
const unique = inContainer ? (hostname().split(".")[0] as string) : String(process.pid);
const production = process.env.NODE_ENV === "production";
const isDemo = yesNo("DEMO", !production);

export const env = {
	production,
	/** Demo data, accounts and keys. Production refuses them. */
	demo: yesNo("DEMO", !production),
	/** The port of the gateway; 0 takes a free one. */
	http_port: whole("HTTP_PORT", 8080, { max: 65_535 }),
	/** The address that the gateway listens on. */
	http_host: text("HTTP_HOST", "0.0.0.0"),
	/** A certificate and its key, in PEM: the gateway then speaks HTTPS itself. */
	tls_cert_file: text("TLS_CERT_FILE", ""),
	/** The key of that certificate. */
	tls_key_file: text("TLS_KEY_FILE", ""),
	/** Each process's own page of metrics and its probes (`/health/live`, `ready`, `startup`); 0 takes a free port. */
	ops_port: whole("OPS_PORT", 9464, { max: 65_535 }),
	/** Prometheus' page of the mesh as a whole; 0 takes a free port. */
	metrics_port: whole("METRICS_PORT", 3030, { max: 65_535 }),
	/** The address of both pages: loopback, or `0.0.0.0` in a container. */
	ops_host: text("OPS_HOST", "127.0.0.1"),
	/** The bearer token that both pages then ask for; probes never do. */
	metrics_token: secret("METRICS_TOKEN", ""),
	/** Where the servers of NATS are watched, `http://nats:8222`: their figures are then on the page of the mesh. */
	nats_monitor_urls: list("NATS_MONITOR_URL", ""),
	/** The commit that this was built from: an image says. */
	commit: text("COMMIT", "unknown"),
	/** Where the SQLite files live, one for each context. */
	data_dir: text("DATA_DIR", "data"),
	/** What SQLite waits for at each commit: see `docs/adr`. */
	sqlite_synchronous: text("SQLITE_SYNCHRONOUS", "FULL", ["FULL", "NORMAL"]),
	/** A PostgreSQL server instead of files, once one machine is not enough: a schema for each context, or, where it says `{context}`, a database. */
	database_url: secret("DATABASE_URL", ""),
	/** Connections that each context of this process may have to PostgreSQL: with 3, two replicas of everything fit into the hundred that a server has unless told. */
	database_pool: whole("DATABASE_POOL", 3, { min: 2, max: 100 }),
	/** Whether a start brings tables up to date; `false` where a job has done so before (`npm run migrate`). */
	migrate: yesNo("MIGRATE", true),
	/** NATS with JetStream, for calls and facts between processes. Without it everything runs in one. */
	nats_url: secret("NATS_URL", ""),
	/** Redis, for caches and limits that replicas share. Without it each process has its own. */
	redis_url: secret("REDIS_URL", ""),
	/** Where requests are counted against limits when Redis is set: `shared` there, or `local`, each gateway its own. */
	limits_policy: text("LIMITS_POLICY", "shared", ["shared", "local"]),
	/** While Redis is away gateways count alone, a part of each limit; `false` refuses writes with 503 instead. */
	limits_fault_tolerant: yesNo("LIMITS_FAULT_TOLERANT", true),
	/** What the gateway counts for Prometheus: any of these. */
	gateway_metrics: list("GATEWAY_METRICS", "status_codes,latency,bandwidth,per_consumer"),
	/** On how many servers of a NATS cluster each stream of facts is kept: 1, or 3 to survive one. */
	nats_replicas: whole("NATS_REPLICAS", 1, { min: 1, max: 5 }),
	/** Keeps calls of meshes that share one NATS apart; for their facts each needs an account there. */
	namespace: text("NAMESPACE", "comptoir"),
	/** Set by the image: its host name, and not its process id, tells a replica apart. */
	container: yesNo("CONTAINER", false),
	/** Tells replicas of one context apart. */
	instance: text("INSTANCE", unique),
	/** How much this process takes of calls that any replica may answer; its equals take as much. */
	weight: whole("WEIGHT", 100, { min: 1, max: 10_000 }),
	/** The least that is logged. */
	log_level: text("LOG_LEVEL", production ? "info" : "warn", [
		"fatal",
		"error",
		"warn",
		"info",
		"debug",
		"trace",
	]),
	/** Signs access tokens (HS256), 32 bytes or more. In demo one is made of the mesh's, or, without a mesh, kept in the data folder. */
	jwt_secret: secret("JWT_SECRET", ""),
	/** A file with a private key in PEM: access tokens are then signed by it (RS256, ES256, EdDSA). */
	jwt_key_file: text("JWT_KEY_FILE", ""),
	/** Signs who asks, between the nodes of a mesh. One process makes its own. */
	mesh_secret: secret("MESH_SECRET", ""),
	/** The password of the first administrator (`admin`), made where there is no user yet: production has no demo accounts. */
	admin_password: secret("ADMIN_PASSWORD", ""),
	/** The API key that comes with it, 32 characters or more, made where there is no key yet: to make the others with. */
	admin_key: secret("ADMIN_KEY", ""),
	/** A file for the access log instead of stdout; `off` writes none. */
	access_log: text("ACCESS_LOG", ""),
	/** How many proxies stand in front: the client's address is that many hops from the right. */
	trusted_hops: whole("TRUSTED_HOPS", 0, { max: 10 }),
	/** Origins of web clients that may call with credentials. */
	cors_origins: list("CORS_ORIGINS", "http://localhost:8080,http://localhost:5173"),
	/** Claims up to this approve themselves, taxes included; 0 leaves all to a person. */
	claims_auto_approve_cents: whole("CLAIMS_AUTO_APPROVE_CENTS", isDemo ? 5_000 : 0),
	/** A mail server, `smtp://user:password@host:587`. Without one, mail is left in the data folder. */
	mail_url: secret("MAIL_URL", ""),
	/** Who e-mail comes from. */
	mail_from: text("MAIL_FROM", "Comptoir <ne-pas-repondre@comptoir.example>"),
	/** Hosts (`127.0.0.1:9000`) that webhooks may reach although they are not public: for trials. */
	webhook_hosts: list("WEBHOOK_HOSTS", ""),
	/** Who leads an order that does not say: the orchestrator, or nobody (each context hears the one before). */
	order_saga: text("ORDER_SAGA", "orchestrated", ["orchestrated", "choreographed"]),
	/** Where the signed heads of the event store are written, out of reach of its database; `audit.anchors` in the data folder unless said. */
	audit_anchors: text("AUDIT_ANCHORS", ""),
	/** How often the head of the event store is anchored, and a part of the chain verified. */
	audit_anchor_ms: whole("AUDIT_ANCHOR_MS", 600_000, { min: 10 }),
	/** How often a relay looks for facts that nobody woke it for. */
	relay_ms: whole("RELAY_MS", 1_000, { min: 10 }),
	/** Where spans go as Zipkin's JSON, `http://zipkin:9411`. */
	zipkin_url: text("ZIPKIN_URL", ""),
	/** Where spans go as OTLP's JSON, `http://collector:4318`. */
	otlp_url: text("OTLP_URL", ""),
	/** Of a hundred requests that went well, and fast, so many are traced; of the others all. */
	trace_percent: whole("TRACE_PERCENT", 5, { max: 100 }),
};

/** What must not go on: named in one line that says what to change. */
export function refuseUnsafe(mesh_secret = env.mesh_secret): void {
	const faults = [
		...misspelt(),
		env.production && env.demo && "RETAIL_DEMO is on in production: demo passwords are public",
		env.production &&
			env.jwt_secret.length < 32 &&
			"RETAIL_JWT_SECRET needs 32 bytes in production",
		env.production &&
			env.webhook_hosts.length > 0 &&
			"RETAIL_WEBHOOK_HOSTS is set in production: webhooks reach public addresses only",
		env.nats_url && mesh_secret.length < 32 && "RETAIL_MESH_SECRET needs 32 bytes in a mesh",
	].filter(Boolean);
	if (faults.length > 0) throw new BadSetting(faults.join("; "));
}
