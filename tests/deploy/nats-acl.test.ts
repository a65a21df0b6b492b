import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { connect, type NatsConnection, NatsError } from "nats";
import { inboxOf } from "../../config/nats.ts";
import { CONTEXTS } from "../../config/topology.ts";
import { consumerConfig, ensureStream, streamOf } from "../../mixins/delivery/jetstream/stream.ts";
import { type Edges, edges } from "../../scripts/edges.ts";
import { aclFile } from "../../scripts/nats-acl.ts";
import { type NatsServer, natsServer } from "../support/nats.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000); // every service is read

const MESH = { mesh: "comptoir", replicas: 1 };
const OPERATOR = "console";
const WATCHER = "watcher"; // hears all: what reaches it was let through

let server: NatsServer;
let declared: Edges[];
const links = new Map<string, NatsConnection>();
const heard: string[] = [];

const linkOf = (user: string) => links.get(user) as NatsConnection;

beforeAll(async () => {
	declared = await edges();
	const users = (await aclFile("comptoir"))
		.replaceAll(/\$NATS_PASSWORD_\w+/g, "secret")
		.replace("users: [", `users: [ { user: ${WATCHER}, password: secret }`);
	server = await natsServer(`accounts { APP { jetstream: enabled\n${users} } }`);
	const names = [...CONTEXTS, OPERATOR, WATCHER];
	await Promise.all(names.map(async (user) => links.set(user, await enter(user))));
	linkOf(WATCHER).subscribe("MOL-comptoir.>", { callback: (_, it) => void heard.push(told(it)) });
	linkOf(WATCHER).subscribe("evt.>", { callback: (_, it) => void heard.push(told(it)) });
	await linkOf(WATCHER).flush();
});
afterAll(async () => {
	await Promise.all([...links.values()].map((link) => link.close()));
	await server?.remove();
});

const enter = (user: string) =>
	connect({
		servers: server.url,
		user,
		pass: "secret",
		inboxPrefix: user === WATCHER ? "_INBOX" : inboxOf(user),
		noAsyncTraces: true,
	});

const told = ({ subject, data }: { subject: string; data: Uint8Array }) =>
	`${Buffer.from(data)} ${subject}`;

/** What gets through when every user says each of these. */
async function letThrough(subjectOf: (target: string) => string, users: readonly string[]) {
	heard.length = 0;
	for (const user of users)
		for (const target of CONTEXTS) linkOf(user).publish(subjectOf(target), user);
	for (const user of users) await linkOf(user).flush();
	await linkOf(WATCHER).flush();
	return new Set(heard);
}

const asks = async (user: string, subject: string, data = "") =>
	linkOf(user)
		.request(subject, data, { timeout: 2_000 })
		.then(
			(answer) => (answer.json<{ error?: { code: number } }>().error ? "error" : "answered"),
			(error) => (error instanceof NatsError ? error.code : String(error)),
		);
const DENIED = "PERMISSIONS_VIOLATION";

test("DEP-16 nats/acl.conf is what the code declares now: `npm run nats:acl`", async () => {
	expect(readFileSync("nats/acl.conf", "utf8")).toBe(await aclFile("comptoir"));
});

test("DEP-16 each declared call gets through, and no other does", async () => {
	const subjectOf = (callee: string) => `MOL-comptoir.REQ.${callee}.1`;
	const through = await letThrough(subjectOf, CONTEXTS);
	const wanted = declared.flatMap(({ context, calls }) =>
		calls.map((callee) => `${context} ${subjectOf(callee)}`),
	);
	expect([...through].sort()).toEqual(wanted.sort());
	expect(wanted.length).toBeLessThan(CONTEXTS.length ** 2 / 3);
});

test("DEP-16 a fact is announced by its own context alone: another's is not to be forged", async () => {
	const subjectOf = (producer: string) => `evt.${producer}.made`;
	const through = await letThrough(subjectOf, [...CONTEXTS, OPERATOR]);
	const wanted = declared
		.filter(({ announces }) => announces)
		.map(({ context }) => `${context} ${subjectOf(context)}`);
	expect([...through].sort()).toEqual(wanted.sort());
});

test("DEP-16 each declared fact is heard, under the reader's own name and no other", async () => {
	for (const { context } of declared.filter(({ announces }) => announces)) await announce(context);
	const places = declared.flatMap(({ context: reader, hears }) =>
		hears.map((producer) => ({ reader, producer })),
	);
	for (const { reader, producer } of places) await hear(reader, producer);
	const taken: string[] = [];
	for (const { reader, producer } of places)
		for (const thief of CONTEXTS.filter((one) => one !== reader)) {
			const place = `${streamOf(producer)}.${reader}-${producer}`;
			const answer = await asks(thief, `$JS.API.CONSUMER.MSG.NEXT.${place}`, "1");
			if (answer !== DENIED) taken.push(`${thief} ${place}`);
		}
	expect(taken).toEqual([]);
});

async function announce(producer: string): Promise<void> {
	const jsm = await linkOf(producer).jetstreamManager({ checkAPI: false });
	await ensureStream(jsm, producer, MESH);
	const ack = await linkOf(producer).request(`evt.${producer}.made`, "{}", { timeout: 2_000 });
	const { seq } = ack.json<{ seq: number }>();
	expect(await jsm.streams.getMessage(streamOf(producer), { seq })).toBeDefined();
}

async function hear(reader: string, producer: string): Promise<void> {
	const link = linkOf(reader);
	const jsm = await link.jetstreamManager({ checkAPI: false });
	expect((await jsm.streams.info(streamOf(producer))).config.name).toBe(streamOf(producer));
	await jsm.consumers.add(streamOf(producer), consumerConfig(reader, producer, 5_000));
	const next = `$JS.API.CONSUMER.MSG.NEXT.${streamOf(producer)}.${reader}-${producer}`;
	const fact = await link.request(next, "1", { timeout: 2_000, noMux: true });
	fact.respond("+ACK");
	await link.flush();
	await until(
		() => jsm.consumers.info(streamOf(producer), `${reader}-${producer}`),
		({ num_ack_pending }) => num_ack_pending === 0,
	);
}

test("DEP-16 nobody deletes or empties a stream, not even its own context", async () => {
	const done: string[] = [];
	for (const user of [...CONTEXTS, OPERATOR])
		for (const stream of [streamOf("orders"), streamOf(user)])
			for (const verb of ["DELETE", "PURGE", "MSG.DELETE"]) {
				const answer = await asks(user, `$JS.API.STREAM.${verb}.${stream}`);
				if (answer !== DENIED) done.push(`${user} ${verb} ${stream}: ${answer}`);
			}
	expect(done).toEqual([]);
});

test("DEP-16 what is answered to one context, no other hears", async () => {
	const refused: string[] = [];
	for (const user of CONTEXTS.filter((one) => one !== "orders"))
		for (const subject of [
			"MOL-comptoir.RES.orders.1",
			"MOL-comptoir.REQ.orders.1",
			"_INBOX_orders.>",
		])
			await new Promise<void>((resolve) => {
				linkOf(user).subscribe(subject, {
					callback: (error) => {
						if (error?.code === DENIED) refused.push(`${user} ${subject}`);
						resolve();
					},
				});
			});
	expect(refused).toHaveLength((CONTEXTS.length - 1) * 3);
});
