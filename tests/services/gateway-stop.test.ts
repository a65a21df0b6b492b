import { readFileSync, renameSync } from "node:fs";
import { Agent } from "node:http";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { env } from "../../config/env.ts";
import { ask, bearer, identityStub, KEY, shop, teaService } from "../support/gateway.ts";
import { door } from "../support/stock-gateway.ts";

const until = async <T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> => {
	for (const end = Date.now() + 5_000; Date.now() < end; ) {
		const seen = await look();
		if (seen !== undefined) return seen;
		await new Promise(setImmediate);
	}
	throw new Error("it never came");
};
const rest = (ms: number) => new Promise((resolve) => setTimeout(() => resolve("still there"), ms));

/** A client that begins a request, and then has better things to do. */
const halfAsked = (port: number) =>
	new Promise<Socket>((resolve, reject) => {
		const socket = connect(port, "127.0.0.1", () =>
			socket.write("GET /api/v1/cups HTTP/1.1\r\nHost: a\r\n", () => resolve(socket)),
		);
		socket.on("error", reject);
	});

/** Clients that use their sockets without a pause, until they are told to go. */
function keepAsking(port: number) {
	const agent = new Agent({ keepAlive: true, maxSockets: 4 });
	const seen = { ok: 0, failed: [] as unknown[], asking: true };
	const one = async () => {
		while (seen.asking) {
			const heard = await ask(port, "/api/v1/cups", { headers: KEY, agent }).catch((err) => err);
			if (heard.status === 200) seen.ok++;
			else seen.failed.push(heard);
			if (heard.headers?.connection !== "keep-alive") break;
		}
	};
	const all = Promise.all([one(), one(), one(), one()]);
	return {
		failed: seen.failed,
		heard: (count: number) => until(() => (seen.ok >= count ? 1 : undefined)),
		end() {
			seen.asking = false;
			return all.then(() => agent.destroy());
		},
	};
}

test("WEB-F19 idle sockets are kept longer than a balancer keeps them", async () => {
	const open = await shop();
	expect(open.server).toMatchObject({
		keepAliveTimeout: 65_000,
		headersTimeout: 66_000,
		requestTimeout: 30_000,
		maxRequestsPerSocket: 10_000,
	});
	await open.broker.stop();
});

test("WEB-F20 a stop ends though clients keep their sockets, and nobody's request is lost", async () => {
	const loose = await shop([identityStub, teaService], door({}));
	const half = await halfAsked(loose.port);
	const ending = loose.broker.stop();
	expect(await Promise.race([ending, rest(500)])).toBe("still there"); // Node closes idle ones only
	half.destroy();
	await ending;

	const patient = await shop();
	await halfAsked(patient.port);
	await (patient.broker.getLocalService("gateway") as any).drain({ grace_ms: 100 });
	expect(await Promise.race([patient.broker.stop(), rest(2_000)])).not.toBe("still there");

	const crowded = await shop();
	const asking = keepAsking(crowded.port);
	await asking.heard(40);
	await (crowded.broker.getLocalService("gateway") as any).drain({ lead_ms: 500 });
	await crowded.broker.stop();
	await asking.end();
	expect(asking.failed).toEqual([]);

	const agent = new Agent({ keepAlive: true });
	const open = await shop();
	await ask(open.port, "/api/v1/cups", { headers: KEY, agent });
	const slow = ask(open.port, "/api/v1/failures/slow", { headers: KEY, agent });
	const sockets = () => Object.keys(agent.sockets).length || undefined;
	await until(sockets);
	await until(() => (open.server.listening ? 1 : undefined));
	const gateway = open.broker.getLocalService("gateway") as any;
	await until(() => (gateway._trackedContexts.length > 0 ? 1 : undefined));
	const before = performance.now();
	await gateway.drain();
	await open.broker.stop();
	expect(performance.now() - before).toBeLessThan(2_000);
	expect(await slow).toMatchObject({ status: 504, body: { code: "UNAVAILABLE" } });
	agent.destroy();
});

test("GTW-15 while it drains it is not ready, and asks clients to go", async () => {
	const open = await shop();
	const gateway = open.broker.getLocalService("gateway") as any;
	expect((await open.ask("/health/ready")).status).toBe(200);
	gateway.draining = true;
	expect(await open.ask("/health/ready")).toMatchObject({
		status: 503,
		headers: { connection: "close" },
	});
	expect((await open.ask("/health/live")).status).toBe(200);
	expect((await open.ask("/api/v1/cups", { headers: KEY })).status).toBe(200);
	await open.broker.stop();
});

test("GTW-15 HA-08 who asked before a drain began is told with his answer to use the socket no more", async () => {
	const agent = new Agent({ keepAlive: true });
	const open = await shop();
	const gateway = open.broker.getLocalService("gateway") as any;
	const slow = open.ask("/api/v1/failures/slow", { headers: KEY, agent });
	await until(() => (gateway._trackedContexts.length > 0 ? 1 : undefined));
	await gateway.drain();
	expect(await slow).toMatchObject({ status: 504, headers: { connection: "close" } });
	await open.broker.stop();
	agent.destroy();
});

test("GTW-09 GTW-18 one JSON line for each request, without its secrets, in a file that is reopened", async () => {
	const file = join(env.data_dir, "logs", "access.log");
	const before = env.access_log;
	Object.assign(env, { access_log: file });
	const open = await shop();
	Object.assign(env, { access_log: before });
	const linesOf = (path: string) => {
		try {
			return readFileSync(path, "utf8")
				.split("\n")
				.filter(Boolean)
				.map((one) => JSON.parse(one));
		} catch {
			return [];
		}
	};
	const headers = { ...bearer("customer.7"), "x-request-id": "request-one" };
	await open.ask("/api/v1/cups/a?limit=secret", { headers });
	await open.ask("/api/v1/failures/refused", { headers: KEY });
	await open.ask("/nowhere/4111111111111111");
	const lines = await until(() => (linesOf(file).length >= 3 ? linesOf(file) : undefined));
	expect(lines[0]).toMatchObject({
		msg: "request",
		method: "GET",
		route: "/api/v1/cups/:id",
		status: 422,
		consumer: "tests",
		actor: "usr_customer",
		role: "customer",
		request_id: "request-one",
		code: "INVALID",
		security: "input_validation_fail",
		aborted: false,
		duration_ms: expect.any(Number),
	});
	expect(lines[1]).toMatchObject({ code: "OUT_OF_TEA", upstream_ms: expect.any(Number) });
	expect(lines[2]).toMatchObject({ route: "unmatched", status: 404, code: "NOT_FOUND" });
	expect(readFileSync(file, "utf8")).not.toMatch(/tests-key|customer\.7|secret|4111/);

	renameSync(file, `${file}.1`);
	process.emit("SIGUSR2");
	await until(async () => {
		await open.ask("/health/live");
		return linesOf(file).length > 0 ? 1 : undefined;
	});
	await open.broker.stop();
});
