import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { within } from "../support/modes.ts";
import { each, type Heard } from "../support/raw.ts";
import {
	addressOf,
	bodyOf,
	headersOf,
	needsOf,
	type Route,
	stranger,
	WIDEST,
} from "../support/routes.ts";
import { changedIn, rowsOf, stillRows } from "../support/routes-rows.ts";
import { bearer, brokenTokens, type Stage, stage, withKey } from "../support/routes-stage.ts";

const WRONG_KEY = { "X-API-Key": "pos-test-automation-dev-key-2026" };
const CLAIMS = {
	"X-User-Role": "admin",
	"X-User-Id": "admin",
	"X-Location-Id": "2",
	"X-Forwarded-User": "admin",
};

let here: Stage;
let forged: Record<string, string>;

beforeAll(async () => {
	here = await stage();
	forged = await brokenTokens(here.tokens.head_office);
}, within(90_000));
afterAll(() => here?.stop());

/** What a guest may ask for: the catalogue, public data of stores, a cart, to be let in. */
const OPEN = "auth products produits categories tax locations stores cart carts".split(" ");

interface Try {
	readonly route: Route;
	readonly who: string;
	readonly headers: Record<string, string>;
	readonly expected: number;
}

/** Nobody, half a caller, broken ones, and each role: what each is told at this route. */
function triesOf(route: Route): Try[] {
	const { key, token, either } = needsOf(route);
	const isFor = (role: string) => route.roles.includes(role) || route.roles.includes("guest");
	const fitting = bearer(here.widest(route));
	const one = (who: string, headers: Record<string, string>, expected: number) => ({
		route,
		who,
		headers,
		expected,
	});
	const OK = 0;
	const roles = WIDEST.map((role) => {
		const headers = { ...withKey, ...bearer(here.tokens[role]) };
		return one(role, headers, isFor(role) ? OK : 403);
	});
	return [
		one("nobody", {}, key || token || either ? 401 : OK),
		one("key only", withKey, token ? 401 : OK),
		one("token only", fitting, key ? 401 : OK),
		...(key || either ? [one("wrong key", WRONG_KEY, 401)] : []),
		...(key ? [one("wrong key, good token", { ...WRONG_KEY, ...fitting }, 401)] : []),
		...(token ? [one("Basic", { ...withKey, Authorization: "Basic YWRtaW46YWRtaW4=" }, 401)] : []),
		...Object.entries(forged).map(([what, broken]) =>
			one(`a token ${what}`, { ...withKey, ...bearer(broken) }, 401),
		),
		...roles,
		...roles
			.filter(({ expected }) => expected === 403)
			.map((refused) => ({
				...refused,
				who: `${refused.who} who says he is admin`,
				headers: { ...refused.headers, ...CLAIMS },
			})),
	];
}

/** Complete, and of things that are there: let through, it would have an effect. */
const ask = ({ route, headers }: Try) =>
	here.send({
		method: route.method,
		path: addressOf(route),
		headers: { ...headersOf(route), ...headers },
		...(route.takesBody && { body: bodyOf(route) ?? "{}" }),
	});

/** One field too many: told from a refusal of the caller, and without effect. */
const askInVain = ({ route, headers }: Try) =>
	here.send({
		method: route.method,
		path: `${addressOf(route)}${route.takesBody ? "" : "?not_a_field=1"}`,
		headers: { ...headersOf(route), ...headers },
		...(route.takesBody && { body: '{"not_a_field":1}' }),
	});

const told = ({ route, who, expected }: Try, { status, text }: Heard) =>
	`${route.name} as ${who}: ${status} instead of ${expected || "let in"} ${text.slice(0, 200)}`;

test(
	"D11 AUT-05 AUT-11 AUT-12 AUT-18 AUT-19 AUT-20 AUT-21 AUT-22 AUT-23 AUT-25 every route tells every caller 401, 403 or nothing at all, by its roles, and the refused change no row",
	async () => {
		const tries = here.routes.flatMap(triesOf);
		const [refused, allowed] = [tries.filter(isRefused), tries.filter((one) => !isRefused(one))];
		const before = await stillRows(here.product);
		const faults = (await each(refused, async (one) => [one, await ask(one)] as const))
			.filter(([{ expected }, { status }]) => status !== expected)
			.map((pair) => told(...pair));
		const changed = changedIn(before, await rowsOf(here.product));
		faults.push(
			...(await each(allowed, async (one) => [one, await askInVain(one)] as const))
				.filter(([, { status }]) => status !== 422)
				.map((pair) => told(...pair)),
		);
		console.info(`matrix: ${refused.length} refused, ${allowed.length} let in`);
		expect({ faults: faults.slice(0, 20), of: faults.length, changed }).toEqual({
			faults: [],
			of: 0,
			changed: [],
		});
		expect(refused.length + allowed.length).toBeGreaterThan(2_500);
	},
	within(120_000),
);
const isRefused = ({ expected }: Try) => expected !== 0;

test(
	"AUT-18 AUT-23 what a role may read, it reads: no route says 401, 403 or 5xx to whom it is for",
	async () => {
		const reads = here.routes.filter(({ method }) => method === "GET").flatMap(triesOf);
		const own = reads.filter((one) => !isRefused(one) && WIDEST.includes(one.who as never));
		const query = ({ query: { properties = {} } }: Route) => (properties.limit ? "?limit=1" : "");
		const faults = await each(own, async (one) => {
			const path = `${addressOf(one.route)}${query(one.route)}`;
			const heard = await here.send({
				method: "GET",
				path,
				headers: { ...stranger(), ...one.headers },
			});
			return [200, 404, 422].includes(heard.status) ? [] : [told(one, heard)];
		});
		expect(faults.flat()).toEqual([]);
		expect(own.length).toBeGreaterThan(100);
	},
	within(60_000),
);

test("D4 D11 the document says of each route what the rules say of it", () => {
	const faults = here.routes.filter(({ security, ...route }) => {
		const { key, token, either } = needsOf(route);
		const both = [...(key ? ["api_key"] : []), ...(token ? ["bearer"] : [])];
		const expected = either ? [["api_key"], ["bearer"]] : both.length > 0 ? [both] : [];
		return JSON.stringify(security) !== JSON.stringify(expected) || route.roles.length === 0;
	});
	expect(faults.map(({ name }) => name)).toEqual([]);
	const guests = here.routes.filter(({ roles }) => roles.includes("guest"));
	const collections = guests.map(({ path }) => /^\/(?:api\/)?(?:v1\/)?([\w-]+)/.exec(path)?.[1]);
	expect(OPEN).toEqual(expect.arrayContaining([...new Set(collections)]));
});

test(
	"AUT-24 only the head office writes products: admin and all others hear 403, the row stays",
	async () => {
		const writes = here.routes.filter(
			({ method, path }) => method !== "GET" && /\/(products|produits)(\/|$)/.test(path),
		);
		expect(writes.map(({ roles }) => roles)).toEqual(writes.map(() => ["head_office"]));
		expect(writes.length).toBeGreaterThanOrEqual(5);
		const product = () => here.shop.get("/api/v1/products/1").then(({ body }) => body);
		const before = await product();
		for (const route of writes)
			for (const role of WIDEST.filter((one) => one !== "head_office")) {
				const headers = { ...withKey, ...bearer(here.tokens[role]) };
				expect(await ask({ route, who: role, headers, expected: 403 })).toHaveProperty(
					"status",
					403,
				);
			}
		expect(await product()).toEqual(before);
	},
	within(30_000),
);
