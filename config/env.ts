/** The only reader of `process.env`: a name, its kind, its default, and why it exists. */
class BadSetting extends Error {
	override readonly name = "BadSetting";
}

function text(name: string, fallback: string, allowed?: readonly string[]) {
	const value = process.env[`RETAIL_${name}`] ?? fallback;
	if (allowed && !allowed.includes(value))
		throw new BadSetting(`RETAIL_${name} is "${value}": it takes ${allowed.join(", ")}`);
	return value;
}

function whole(name: string, fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}) {
	const value = process.env[`RETAIL_${name}`] ?? String(fallback);
	const number = Number(value);
	if (value.trim() === "" || !Number.isSafeInteger(number) || number < min || number > max)
		throw new BadSetting(`RETAIL_${name} is "${value}": it takes a whole number, ${min} to ${max}`);
	return number;
}

const yesNo = (name: string, fallback: boolean) =>
	text(name, String(fallback), ["true", "false"]) === "true";

const list = (name: string, fallback: string) =>
	text(name, fallback)
		.split(",")
		.map((one) => one.trim())
		.filter(Boolean);

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
	/** Prometheus' page of this process, on loopback; 0 takes a free port. */
	metrics_port: whole("METRICS_PORT", 3030, { max: 65_535 }),
	/** Where the SQLite files live, one for each context. */
	data_dir: text("DATA_DIR", "data"),
	/** What SQLite waits for at each commit: see `docs/adr`. */
	sqlite_synchronous: text("SQLITE_SYNCHRONOUS", "FULL", ["FULL", "NORMAL"]),
	/** A PostgreSQL server instead of files, once one machine is not enough. */
	database_url: process.env.RETAIL_DATABASE_URL ?? process.env.DATABASE_URL ?? "",
	/** NATS with JetStream, for calls and facts between processes. Without it everything runs in one. */
	nats_url: text("NATS_URL", ""),
	/** On how many servers of a NATS cluster each stream of facts is kept: 1, or 3 to survive one. */
	nats_replicas: whole("NATS_REPLICAS", 1, { min: 1, max: 5 }),
	/** Keeps calls of meshes that share one NATS apart; for their facts each needs an account there. */
	namespace: text("NAMESPACE", "comptoir"),
	/** Tells replicas of one context apart. */
	instance: process.env.RETAIL_INSTANCE ?? process.env.INSTANCE_ID ?? String(process.pid),
	/** The least that is logged. */
	log_level: text("LOG_LEVEL", production ? "info" : "warn", [
		"fatal",
		"error",
		"warn",
		"info",
		"debug",
		"trace",
	]),
	/** Signs access tokens (HS256), 32 bytes or more. In demo one is made and kept in the data folder. */
	jwt_secret: text("JWT_SECRET", ""),
	/** A file with a private key in PEM: access tokens are then signed by it (RS256, ES256, EdDSA). */
	jwt_key_file: text("JWT_KEY_FILE", ""),
	/** Signs who asks, between the nodes of a mesh. One process makes its own. */
	mesh_secret: text("MESH_SECRET", ""),
	/** A file for the access log instead of stdout; `off` writes none. */
	access_log: text("ACCESS_LOG", ""),
	/** How many proxies stand in front: the client's address is that many hops from the right. */
	trusted_hops: whole("TRUSTED_HOPS", 0, { max: 10 }),
	/** Origins of web clients that may call with credentials. */
	cors_origins: list("CORS_ORIGINS", "http://localhost:8080,http://localhost:5173"),
	/** Claims up to this approve themselves, taxes included; 0 leaves all to a person. */
	claims_auto_approve_cents: whole("CLAIMS_AUTO_APPROVE_CENTS", isDemo ? 5_000 : 0),
	/** A mail server, `smtp://user:password@host:587`. Without one, mail is left in the data folder. */
	mail_url: text("MAIL_URL", ""),
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
};

/** What must not go on: named in one line that says what to change. */
export function refuseUnsafe(): void {
	const faults = [
		env.production && env.demo && "RETAIL_DEMO is on in production: demo passwords are public",
		env.production &&
			env.jwt_secret.length < 32 &&
			"RETAIL_JWT_SECRET needs 32 bytes in production",
		env.production &&
			env.webhook_hosts.length > 0 &&
			"RETAIL_WEBHOOK_HOSTS is set in production: webhooks reach public addresses only",
		env.nats_url && env.mesh_secret.length < 32 && "RETAIL_MESH_SECRET needs 32 bytes in a mesh",
	].filter(Boolean);
	if (faults.length > 0) throw new BadSetting(faults.join("; "));
}
