import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = process.argv[2] ?? "secrets";
const BYTES = 32;

/** Begins with a letter: nats-server would read digits as a number. */
const fresh = () => `c${randomBytes(BYTES).toString("hex")}`;

/** Each secret of docker-compose.prod.yml that is not there yet; those that are, are kept. */
const database = fresh();
const redis = fresh();
const nats = fresh();
const made: Record<string, string> = {
	postgres_password: database,
	database_url: `postgres://comptoir:${database}@postgres:5432/multi_stores`,
	redis_password: redis,
	redis_url: `redis://:${redis}@redis:6379`,
	redis_exporter_password: JSON.stringify({ "redis://redis:6379": redis }),
	nats_users: `users: [{ user: "comptoir", password: "${nats}" }]`,
	nats_url: `nats://comptoir:${nats}@nats:4222`,
	mesh_secret: fresh(),
	jwt_secret: fresh(),
	metrics_token: fresh(),
	admin_password: fresh(),
	grafana_password: fresh(),
};
/** Others give these: until they are written, alerts reach nobody. */
const given: Record<string, string> = {
	chat_url: "https://chat.invalid/to-be-written",
	pager_key: "to be written",
	pager_escalation_key: "to be written",
	mail_password: "to be written",
	webhook_token: "to be written",
	watchdog_token: "to be written",
};
const all = { ...made, ...given };
const names = Object.keys(all);
const there = names.filter((name) => existsSync(join(FOLDER, name)));
if (there.length > 0) {
	process.stderr.write(
		`${FOLDER} has ${there.join(", ")}: some belong together, so nothing is made\n`,
	);
	process.exit(1);
}
mkdirSync(join(FOLDER, "tls"), { recursive: true, mode: 0o700 });
// Read by the user of each container: the folder keeps others of this machine out.
for (const [name, text] of Object.entries(all))
	writeFileSync(join(FOLDER, name), text, { mode: 0o444 });
process.stdout.write(
	`${FOLDER}: ${names.join(", ")}\nThe first administrator is admin: ${FOLDER}/admin_password\nWrite yourself, for alerts: ${Object.keys(given).join(", ")}\n`,
);
