import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { KEY } from "../support/client.ts";
import { within } from "../support/modes.ts";
import { faultIn } from "../support/mutate-verdict.ts";
import { type Product, startProduct } from "../support/product.ts";
import { answersIn, speak } from "../support/raw.ts";
import { changedIn, rowsOf, stillRows } from "../support/routes-rows.ts";

let product: Product;
let before: Map<string, string>;

beforeAll(async () => {
	product = await startProduct();
	before = await stillRows(product);
}, within(90_000));
afterAll(async () => {
	await product?.stop();
	product?.remove();
});

const LOGIN = "/api/v1/auth/login";
const lines = (...all: string[]) => `${all.join("\r\n")}\r\n\r\n`;
const get = (...more: string[]) =>
	lines("GET /api/v1/products/1 HTTP/1.1", "Host: shop", `X-API-Key: ${KEY}`, ...more);
const post = (...more: string[]) =>
	lines(
		`POST ${LOGIN} HTTP/1.1`,
		"Host: shop",
		`X-API-Key: ${KEY}`,
		"Content-Type: application/json",
		...more,
	);
const path = (target: string) => lines(`GET ${target} HTTP/1.1`, "Host: shop", `X-API-Key: ${KEY}`);
const BODY = '{"username":"x","password":"x","role":"admin"}';

interface Broken {
	readonly sent: string | Buffer;
	readonly status: readonly number[];
	/** The connection may go on: what follows on it is answered. */
	readonly goes_on?: boolean;
}

/** Table 13, "HTTP": bytes that a client library would not send. */
const BROKEN: Record<string, Broken> = {
	"two different Content-Length": {
		sent: `${post("Content-Length: 2", "Content-Length: 3")}{} `,
		status: [400],
	},
	"two equal Content-Length": {
		sent: `${post("Content-Length: 2", "Content-Length: 2")}{}`,
		status: [400],
	},
	"Content-Length and Transfer-Encoding": {
		sent: `${post("Content-Length: 2", "Transfer-Encoding: chunked")}0\r\n\r\n`,
		status: [400],
	},
	"Transfer-Encoding twice": {
		sent: `${post("Transfer-Encoding: chunked, identity")}0\r\n\r\n`,
		status: [400],
	},
	"an unknown Transfer-Encoding": {
		sent: `${post("Transfer-Encoding: gzip")}0\r\n\r\n`,
		status: [400],
	},
	"a negative Content-Length": { sent: post("Content-Length: -1"), status: [400] },
	"a Content-Length of letters": { sent: post("Content-Length: 0x2"), status: [400] },
	"a broken chunk size": {
		sent: `${post("Transfer-Encoding: chunked")}zz\r\n{}\r\n0\r\n\r\n`,
		status: [400],
	},
	"a chunk longer than it says": {
		sent: `${post("Transfer-Encoding: chunked")}1\r\n{}\r\n0\r\n\r\n`,
		status: [400],
	},
	"two hosts": { sent: get("Host: other"), status: [400] },
	"no host": { sent: lines("GET /api/v1/products/1 HTTP/1.1", `X-API-Key: ${KEY}`), status: [400] },
	"HTTP/1.0 without a host": {
		sent: lines("GET /api/v1/products/1 HTTP/1.0", `X-API-Key: ${KEY}`),
		status: [400],
	},
	"two keys": { sent: get(`X-API-Key: ${KEY}`), status: [400], goes_on: true },
	"two tokens": {
		sent: get("Authorization: Bearer x", "Authorization: Bearer y"),
		status: [400],
		goes_on: true,
	},
	"a header of 20 kB": { sent: get(`X-Long: ${"x".repeat(20_000)}`), status: [431] },
	"201 headers": {
		sent: get(...Array.from({ length: 201 }, (_, nth) => `X-${nth}: 1`)),
		status: [431],
	},
	"NUL in a header": { sent: get("X-Odd: a\0b"), status: [400] },
	"a bare CR in a header": { sent: get("X-Odd: a\rSet-Cookie: x=1"), status: [400] },
	"a space before the colon": { sent: get("X-Odd : a"), status: [400] },
	"a folded header": { sent: get("X-Odd: a", " b"), status: [400] },
	"a header without a name": { sent: get(": a"), status: [400] },
	"a header without a colon": { sent: get("nonsense"), status: [400] },
	"a space in the path": { sent: path("/api/v1/products/a b"), status: [400] },
	"NUL in the path": { sent: path("/api/v1/products/\0"), status: [400] },
	"a CR in the path": { sent: path("/api/v1/products/a\rb"), status: [400] },
	"bytes beyond ASCII in the path": {
		sent: Buffer.from(path("/api/v1/products/\u00e9"), "latin1"),
		status: [400, 404],
	},
	"CR LF, written, in the path": {
		sent: path("/api/v1/products/a%0d%0aSet-Cookie:%20x=1"),
		status: [400, 422],
		goes_on: true,
	},
	"CR LF, written, in the query": {
		sent: path("/api/v1/products?search=a%0d%0aSet-Cookie:%20x=1&x=1"),
		status: [422],
		goes_on: true,
	},
	"an absolute address of another host": {
		sent: path("http://elsewhere.example/api/v1/products/1"),
		status: [400],
		goes_on: true,
	},
	"an absolute address of a file": {
		sent: path("file:///etc/passwd"),
		status: [400],
		goes_on: true,
	},
	"a relative path": { sent: path("api/v1/products/1"), status: [400] },
	"the way up": { sent: path("/../../etc/passwd"), status: [400], goes_on: true },
	"a path of 10,000 characters": {
		sent: path(`/${"x".repeat(10_000)}`),
		status: [414],
		goes_on: true,
	},
	"a method in lower case": {
		sent: lines("get /api/v1/products/1 HTTP/1.1", "Host: shop"),
		status: [400, 405],
	},
	"an unknown method": {
		sent: lines("BREW /api/v1/products/1 HTTP/1.1", "Host: shop"),
		status: [400, 405],
	},
	TRACE: {
		sent: lines("TRACE /api/v1/products/1 HTTP/1.1", "Host: shop"),
		status: [405],
		goes_on: true,
	},
	CONNECT: {
		sent: lines("CONNECT elsewhere.example:443 HTTP/1.1", "Host: shop"),
		status: [400, 404, 405],
	},
	"HTTP/3.0": { sent: lines("GET / HTTP/3.0", "Host: shop"), status: [400] },
	"HTTP/2 by its preface": { sent: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", status: [400] },
	"a TLS greeting": {
		sent: Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 3, 3, 13, 10, 13, 10]),
		status: [400],
	},
	"an Upgrade": { sent: get("Connection: Upgrade", "Upgrade: websocket"), status: [200, 400, 426] },
	"a Range on JSON": { sent: get("Range: bytes=0-1"), status: [200], goes_on: true },
	"an If-Modified-Since that is no date": {
		sent: get("If-Modified-Since: x"),
		status: [200],
		goes_on: true,
	},
	"an unknown Expect": {
		sent: post("Expect: 200-maybe", `Content-Length: ${BODY.length}`) + BODY,
		status: [417, 422, 400],
	},
	"a body where none is taken": {
		sent: `${get("Content-Length: 2", "Content-Type: application/json")}{}`,
		status: [400],
		goes_on: true,
	},
	"a body with a field too many": {
		sent: post(`Content-Length: ${BODY.length}`) + BODY,
		status: [422],
		goes_on: true,
	},
};

describe("D4 bytes that are no good HTTP are refused in our words, and the shop goes on:", () => {
	test.each(Object.entries(BROKEN))(
		"%s",
		async (_what, { sent, status, goes_on }) => {
			const pieces = goes_on ? [sent, get("Connection: close")] : [sent];
			const { text, ms } = await speak(product.url, pieces, { answers: goes_on ? 2 : 1 });
			const [first, next] = answersIn(text);
			const headers = headersIn(first?.head ?? "");
			const heard = { status: first?.status ?? 0, text: first?.body ?? "", headers, ms };
			expect({ heard: first?.status, faults: faultIn(heard, status) }).toMatchObject({
				faults: [],
			});
			expect(first?.head).not.toMatch(/set-cookie/i);
			if (goes_on) expect(next?.status).toBe(200);
			await isWell();
		},
		within(30_000),
	);
});

const headersIn = (head: string) =>
	Object.fromEntries(
		head
			.split("\r\n")
			.slice(1)
			.map((line) => [
				line.slice(0, line.indexOf(":")).toLowerCase(),
				line.slice(line.indexOf(":") + 2),
			]),
	);

async function isWell() {
	const { text } = await speak(product.url, get("Connection: close"));
	expect(answersIn(text)[0]?.status).toBe(200);
}

test("D4 pipelined good, broken, good: what came before the broken one is answered, in order", async () => {
	const { text } = await speak(product.url, [get() + get() + get("X-Odd : a")], { answers: 3 });
	expect(answersIn(text).map(({ status }) => status)).toEqual([200, 200, 400]);
	const well = await speak(product.url, [get() + path("/nowhere") + get()], { answers: 3 });
	expect(answersIn(well.text).map(({ status }) => status)).toEqual([200, 404, 200]);
});

test("D4 after a body that was too large the same connection is used on", async () => {
	const large = post("Content-Length: 2000000") + "x".repeat(2_000_000);
	const { text } = await speak(product.url, [large, get("Connection: close")], { answers: 2 });
	expect(answersIn(text).map(({ status }) => status)).toEqual([413, 200]);
	const chunk = `186a0\r\n${"x".repeat(100_000)}\r\n`;
	const chunked = `${post("Transfer-Encoding: chunked")}${chunk.repeat(20)}0\r\n\r\n`;
	const other = await speak(product.url, [chunked, get("Connection: close")], { answers: 2 });
	expect(answersIn(other.text).map(({ status }) => status)).toEqual([413, 200]);
});

test("D4 who leaves in the middle, at any place, is let go, fifty times", async () => {
	const whole = post(`Content-Length: ${BODY.length}`) + BODY;
	const cuts = Array.from({ length: 50 }, (_, nth) => Math.ceil((whole.length * (nth + 1)) / 51));
	await Promise.all(cuts.map((cut) => speak(product.url, whole.slice(0, cut), { hangs_up: true })));
	await isWell();
});

test("D4 who waits for 100 Continue hears it, and then his refusal", async () => {
	const head = post("Expect: 100-continue", `Content-Length: ${BODY.length}`);
	const { text } = await speak(product.url, [head, BODY], { answers: 2 });
	expect(answersIn(text).map(({ status }) => status)).toEqual([100, 422]);
});

test("D4 after all this no row has changed, and nothing of it has been an error", async () => {
	expect(changedIn(before, await rowsOf(product))).toEqual([]);
	expect(product.printed()).not.toMatch(/a request failed|uncaught|unhandled/i);
});
