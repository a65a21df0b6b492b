import { type AddressInfo, createServer, type Socket } from "node:net";
import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { postgres } from "../../../mixins/database/postgres.ts";
import { until } from "../../support/until.ts";

const message = (kind: string, body = Buffer.alloc(0)) => {
	const head = Buffer.alloc(5, kind);
	head.writeInt32BE(body.length + 4, 1);
	return Buffer.concat([head, body]);
};
const READY = message("Z", Buffer.from("I"));
const VERSION = message("S", Buffer.from("server_version\x0017.0\0"));
const WELCOME = Buffer.concat([message("R", Buffer.alloc(4)), VERSION, READY]);
const DONE = Buffer.concat([message("C", Buffer.from("SELECT 0\0")), READY]);

/** Speaks as much of PostgreSQL as lets one in, until it goes without a word. */
async function server(stage: { isGone: boolean }) {
	const sockets: Socket[] = [];
	const asked: string[] = [];
	const listener = createServer((socket) => {
		sockets.push(socket);
		let isIn = false;
		socket.on("error", () => {});
		socket.on("data", (data) => {
			asked.push(data.toString());
			if (!stage.isGone) socket.write(isIn ? DONE : WELCOME);
			isIn = true;
		});
	});
	await new Promise<void>((resolve) => listener.listen(0, "127.0.0.1", resolve));
	const { port } = listener.address() as AddressInfo;
	const url = `postgres://nobody@127.0.0.1:${port}/none`;
	const end = () => {
		for (const socket of sockets) socket.destroy();
		listener.close();
	};
	return { url, sockets, asked, end };
}

// Time is let pass while messages really travel.
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);
const seen = async (sees: () => boolean) => {
	while (!sees()) await new Promise((resolve) => setImmediate(resolve));
};
beforeEach(() => void jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick"] }));
afterEach(() => void jest.useRealTimers());

const outage = { code: 503, type: "SERVICE_NOT_AVAILABLE" };

test("D13 a server that goes without a word is an outage to who reads within a minute and a half", async () => {
	const stage = { isGone: false };
	const { url, asked, end } = await server(stage);
	const link = postgres(url, "silent", () => {});
	await link.reads.rows("select 1", {});
	stage.isGone = true;
	const told = link.reads.rows("select 2", {}).catch((error) => error);
	await seen(() => asked.some((sql) => sql.includes("select 2")));
	await pass(91_000);
	expect(await told).toMatchObject(outage);
	end();
});

test("D13 a migration may take longer", async () => {
	const stage = { isGone: false };
	const { url, asked, end } = await server(stage);
	const link = postgres(url, "silent", () => {});
	let outcome: unknown;
	const asking = link
		.write((tx) => tx.script("create index"), 600_000)
		.catch((error) => {
			outcome = error;
		});
	await seen(() => asked.some((sql) => sql.includes("set local")));
	stage.isGone = true;
	await pass(500_000);
	expect(outcome).toBeUndefined();
	end();
	await asking;
});

test("D13 who is let in by nobody hangs up within five seconds", async () => {
	jest.useRealTimers();
	const { url, sockets, end } = await server({ isGone: true });
	const link = postgres(url, "silent", () => {});
	const told = link.reads.rows("select 1", {}).catch((error) => error);
	expect(await told).toMatchObject(outage);
	await until(() => sockets[0]?.closed, Boolean, 2_000);
	end();
}, 20_000);
