import { globSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { parse } from "yaml";
import { CONTEXTS } from "../config/topology.ts";
import { ROOT } from "./markdown.ts";
import { ACL_FILE, aclFile, OPERATOR } from "./nats-acl.ts";
import { settings } from "./settings.ts";

const ROOTS_OF_NATS = [OPERATOR, "sys"];

/** What a deployment says about every context, made from the topology: adding one costs its own file and its own line. */
export async function deployed(root = ROOT, contexts: readonly string[] = CONTEXTS) {
	return new Map([
		[".env.example", envExample(root)],
		["docker-compose.prod.yml", production(root, contexts)],
		["k8s/base/kustomization.yaml", kustomization(root)],
		["k8s/overlays/dev/nats-users.env", users(contexts)],
		[ACL_FILE, await aclFile()],
	]);
}

const read = (root: string, file: string) => readFileSync(join(root, file), "utf8");

/** Between `# <name>` and `# </name>`, as far to the right as they are. */
function withLines(page: string, name: string, lines: readonly string[]): string {
	const place = new RegExp(`^( *)# <${name}>\\n(?:.*\\n)*?\\1# </${name}>`, "m");
	if (!place.test(page))
		throw new Error(`There is no place for ${name}: # <${name}> … # </${name}>`);
	const text = (pad: string) => lines.map((line) => `${pad}${line}\n`).join("");
	return page.replace(place, (_, pad) => `${pad}# <${name}>\n${text(pad)}${pad}# </${name}>`);
}

function production(root: string, contexts: readonly string[]): string {
	const page = read(root, "docker-compose.prod.yml");
	const bare = withLines(page, "contexts", []);
	const { services } = parse(bare, { merge: true, maxAliasCount: -1 }) as { services: object };
	const usual = contexts.filter((name) => !(name in services));
	return withLines(
		page,
		"contexts",
		usual.map((name) => `${name}: *production`),
	);
}

function kustomization(root: string): string {
	const files = globSync("k8s/base/*.yaml", { cwd: root })
		.map((file) => basename(file))
		.sort();
	const own = files.filter((file) => file !== "kustomization.yaml");
	return withLines(
		read(root, "k8s/base/kustomization.yaml"),
		"files",
		own.map((file) => `- ${file}`),
	);
}

const users = (contexts: readonly string[]) =>
	`# Made by \`npm run docs\`: for a cluster on one machine, where nothing is worth guarding.\n${[...contexts, ...ROOTS_OF_NATS].map((user) => `${user}=known-to-all\n`).join("")}`;

const DEFAULT = /:-([^}]*)\}/;

/** Every setting of the product, and every variable that compose reads beside them, each at its default. */
function envExample(root: string): string {
	const ours = settings().map(
		({ name, fallback, why }) =>
			`# ${why}\n# RETAIL_${name}=${/`(.*?)`/.exec(fallback)?.[1] ?? ""}\n`,
	);
	const known = new Set(settings().map(({ name }) => `RETAIL_${name}`));
	const asked = ["docker-compose.yml", "docker-compose.prod.yml"].flatMap((file) =>
		[...read(root, file).matchAll(/(?<!\$)\$\{(\w+)[^}]*\}/g)].map(
			([all, name]) => [name as string, DEFAULT.exec(all)?.[1] ?? ""] as const,
		),
	);
	const others = [...new Map(asked)].filter(([name]) => !known.has(name));
	return `# Copy to .env and take away the # of what you change. Made by \`npm run docs\`: edit config/env.ts.
# A secret may also be in a file: RETAIL_MESH_SECRET_FILE names it.

# Of the product. Also understood: DATABASE_URL, REDIS_URL, INSTANCE_ID, LOG_LEVEL, OTEL_EXPORTER_OTLP_ENDPOINT.

${ours.join("\n")}
# Of docker compose: images, published ports, passwords of the demo. Production has its own in secrets/.

${others.map(([name, fallback]) => `# ${name}=${fallback}\n`).join("")}`;
}
