import "../config/process.ts";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { env } from "../config/env.ts";
import { inboxOf } from "../config/nats.ts";
import { type Edges, edges } from "./edges.ts";
import { ROOT } from "./markdown.ts";

export const ACL_FILE = "nats/acl.conf";

/** What one user of NATS may say, and may hear. Wildcards stand for whole tokens, so all is listed. */
export interface Permissions {
	readonly publish: readonly string[];
	readonly subscribe: readonly string[];
}

export const OPERATOR = "console";

/** The permissions of each context, and of the console, from what the code declares. */
export async function permissions(namespace = env.namespace): Promise<Map<string, Permissions>> {
	const all = await edges();
	const users = all.map((one) => [one.context, permissionsOf(one, namespace)] as const);
	return new Map([...users, [OPERATOR, mesh(OPERATOR, ["*"], namespace)]]);
}

function permissionsOf(one: Edges, namespace: string): Permissions {
	const { publish, subscribe } = mesh(one.context, one.calls, namespace);
	return { publish: [...publish, ...announcing(one), ...hearing(one)], subscribe };
}

/** What Moleculer's own protocol needs, and the nodes that this one may ask. */
function mesh(group: string, calls: readonly string[], namespace: string): Permissions {
	const p = `MOL-${namespace}`;
	const told = ["DISCOVER", "INFO", "PING"].flatMap((word) => [`${p}.${word}`, `${p}.${word}.>`]);
	const said = ["DISCONNECT", "HEARTBEAT", "PONG.>", "RES.>", "EVENT.>"].map((it) => `${p}.${it}`);
	const asked = calls.map((callee) => `${p}.REQ.${callee}.*`);
	const mine = ["EVENT", "REQ", "RES", "PONG"].map((word) => `${p}.${word}.${group}.*`);
	const heard = ["DISCOVER", "INFO", "PING"].flatMap((word) => [
		`${p}.${word}`,
		`${p}.${word}.${group}.*`,
	]);
	const all = ["DISCONNECT", "HEARTBEAT"].map((word) => `${p}.${word}`);
	return {
		publish: [...told, ...said, ...asked],
		subscribe: [...heard, ...all, ...mine, `${inboxOf(group)}.>`],
	};
}

/** Its own stream: to write it, make it, and look at it; never to purge or delete it. */
function announcing({ context, announces }: Edges): string[] {
	if (!announces) return [];
	const asks = ["CREATE", "UPDATE", "INFO", "MSG.GET"];
	return [
		`evt.${context}.>`,
		"$JS.API.INFO",
		...asks.map((ask) => `$JS.API.STREAM.${ask}.EVT_${context}`),
	];
}

/** Its own place in the streams of others, and nobody else's. */
function hearing({ context, hears, hearsAll }: Edges): string[] {
	const found = hearsAll ? ["$JS.API.STREAM.NAMES"] : [];
	return [...found, ...hears.flatMap((producer) => hearingOf(context, producer))];
}

function hearingOf(reader: string, producer: string): string[] {
	const [stream, place] = [`EVT_${producer}`, `EVT_${producer}.${reader}-${producer}`];
	return [
		`$JS.API.STREAM.INFO.${stream}`,
		`$JS.API.CONSUMER.CREATE.${place}.evt.${producer}.>`,
		`$JS.API.CONSUMER.DURABLE.CREATE.${place}`,
		`$JS.API.CONSUMER.INFO.${place}`,
		`$JS.API.CONSUMER.MSG.NEXT.${place}`,
		`$JS.ACK.${place}.>`,
	];
}

/** In the language of nats-server; passwords come from its environment. */
export async function aclFile(namespace?: string): Promise<string> {
	const users = await permissions(namespace);
	return `# Made by \`npm run nats:acl\` from what the contexts call and hear. Passwords are environment variables.
users: [${[...users].map(([user, what]) => userText(user, what)).join("")}
]
`;
}

const userText = (user: string, { publish, subscribe }: Permissions) => `
	{
		user: ${user}, password: $NATS_PASSWORD_${user}
		permissions: {
			publish: { allow: [${linesOf(publish)}] }
			subscribe: { allow: [${linesOf(subscribe)}] }
		}
	}`;

const linesOf = (subjects: readonly string[]) =>
	`${subjects.map((one) => `\n\t\t\t\t"${one}"`).join("")}\n\t\t\t`;

if (import.meta.main) {
	writeFileSync(join(ROOT, ACL_FILE), await aclFile());
	process.exit(0); // the services that were read have timers
}
