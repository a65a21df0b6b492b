import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";

jest.setTimeout(60_000);

const ROOT = join(import.meta.dirname, "../..");
const SECRET = "0123456789abcdef0123456789abcdef";
const PRODUCTION = { NODE_ENV: "production", RETAIL_JWT_SECRET: SECRET, RETAIL_LOG_LEVEL: "warn" };

const folder = mkdtempSync(join(tmpdir(), "comptoir-start-"));
const taken = createServer();
beforeAll(() => new Promise<void>((ready) => taken.listen(0, "0.0.0.0", ready)));
afterAll(() => {
	taken.close();
	rmSync(folder, { recursive: true, force: true });
});
const port = () => String((taken.address() as { port: number }).port);

/** Runs `npm start` as a user would, until it ends by itself. */
function start(env: Record<string, string>, ...args: string[]) {
	const child = spawn(process.execPath, ["start.ts", ...args], {
		cwd: ROOT,
		env: {
			PATH: process.env.PATH,
			NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
			RETAIL_DATA_DIR: join(folder, "data"),
			RETAIL_HTTP_PORT: "0",
			RETAIL_OPS_PORT: "0",
			RETAIL_METRICS_PORT: "0",
			...env,
		},
		stdio: ["ignore", "pipe", "pipe"],
	});
	let [out, err] = ["", ""];
	child.stdout.on("data", (text) => {
		out += text;
	});
	child.stderr.on("data", (text) => {
		err += text;
	});
	return new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
		child.once("close", (code) => resolve({ code, out, err })),
	);
}

describe("what cannot work is said in one line, before anything runs, with exit code 1:", () => {
	const refused: [title: string, env: Record<string, string>, says: RegExp][] = [
		["DEP-18 a port that is none", { RETAIL_HTTP_PORT: "eighty" }, /RETAIL_HTTP_PORT is "eighty"/],
		["DEP-18 a port too high", { RETAIL_METRICS_PORT: "70000" }, /RETAIL_METRICS_PORT.*0 to 65535/],
		["DEP-18 a part of a hop", { RETAIL_TRUSTED_HOPS: "1.5" }, /RETAIL_TRUSTED_HOPS is "1.5"/],
		["DEP-18 nothing where a number goes", { RETAIL_RELAY_MS: "" }, /RETAIL_RELAY_MS is ""/],
		[
			"DEP-18 a setting that is none, with the one that was meant",
			{ RETAIL_HTP_PORT: "80" },
			/RETAIL_HTP_PORT is not a setting: did you mean RETAIL_HTTP_PORT\?/,
		],
		[
			"DEP-18 a PostgreSQL that nobody answers for",
			{ RETAIL_DATABASE_URL: "postgres://127.0.0.1:1/retail" },
			/PostgreSQL at 127\.0\.0\.1:1\/retail .*RETAIL_DATABASE_URL/,
		],
		[
			"AUT-03 a first administrator's password that is short",
			{ ...PRODUCTION, RETAIL_ADMIN_PASSWORD: "short" },
			/RETAIL_ADMIN_PASSWORD needs 15/,
		],
		[
			"AUT-03 one that is guessed first",
			{ ...PRODUCTION, RETAIL_ADMIN_PASSWORD: "passwordpassword" },
			/RETAIL_ADMIN_PASSWORD is too easy/,
		],
		[
			"D19 a key of the demo in production",
			{ ...PRODUCTION, RETAIL_ADMIN_KEY: "pos-test-automation-dev-key-2025" },
			/RETAIL_ADMIN_KEY is a key of the demo/,
		],
		["DEP-18 an unknown level", { RETAIL_LOG_LEVEL: "loud" }, /RETAIL_LOG_LEVEL is "loud".*warn/],
		["GTW-14 an origin that is none", { RETAIL_CORS_ORIGINS: "shop" }, /CORS_ORIGINS has "shop"/],
		[
			"GTW-20 an unknown figure",
			{ RETAIL_GATEWAY_METRICS: "speed" },
			/METRICS has "speed".*latency/,
		],
		[
			"GTW-12 a key without a certificate",
			{ RETAIL_TLS_KEY_FILE: "x" },
			/RETAIL_TLS_CERT_FILE is ""/,
		],
		["DEP-18 neither yes nor no", { RETAIL_DEMO: "perhaps" }, /RETAIL_DEMO.*true, false/],
		[
			"DEP-18 a commit that waits for nothing",
			{ RETAIL_SQLITE_SYNCHRONOUS: "OFF" },
			/FULL, NORMAL/,
		],
		[
			"AUT-03 D19 the demo in production",
			{ ...PRODUCTION, RETAIL_DEMO: "true" },
			/RETAIL_DEMO is on in production/,
		],
		["D19 production without a secret", { NODE_ENV: "production" }, /RETAIL_JWT_SECRET needs 32/],
		[
			"D19 production with a short secret",
			{ NODE_ENV: "production", RETAIL_JWT_SECRET: "short" },
			/RETAIL_JWT_SECRET needs 32/,
		],
		[
			"AUT-25 a mesh without a secret",
			{ RETAIL_NATS_URL: "nats://127.0.0.1:4222" },
			/RETAIL_MESH_SECRET needs 32/,
		],
	];
	test.each(refused)("%s", async (_, env, says) => {
		const { code, out, err } = await start(env);
		expect([code, out]).toEqual([1, ""]);
		expect(err).toMatch(says);
		expect(err.trim().split("\n")).toHaveLength(1);
	});

	test("DEP-03 a context that does not exist", async () => {
		const { code, out, err } = await start({}, "orders", "horses");
		expect([code, out]).toEqual([1, ""]);
		expect(err).toMatch(/^Comptoir cannot start: There is no context horses: identity, .*\n$/);
	});

	test.each(["HTTP", "OPS", "METRICS"])("a port that somebody has: %s", async (of) => {
		const { code, err } = await start({ [`RETAIL_${of}_PORT`]: port() });
		expect(code).toBe(1);
		expect(err.trim().split("\n")).toHaveLength(1);
		expect(err).toContain(port());
		expect(err).toContain("in use");
	});

	test("a data folder that is none", async () => {
		const file = join(folder, "file");
		writeFileSync(file, "");
		const { code, err } = await start({ RETAIL_DATA_DIR: join(file, "data") });
		expect(code).toBe(1);
		expect(err).toMatch(/^Comptoir cannot start: .*RETAIL_DATA_DIR\n$/);
	});
});

test("DEP-13 npm start -- --help says how to start, and starts nothing", async () => {
	const { code, out, err } = await start({ RETAIL_HTTP_PORT: port() }, "--help");
	expect([code, err]).toEqual([0, ""]);
	expect(out).toContain("npm start");
	expect(out).toContain("gateway");
});
