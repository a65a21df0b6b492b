import { afterAll, afterEach, beforeAll, expect, test } from "@jest/globals";
import { within } from "../support/modes.ts";
import { type Bad, badOf, oddOf } from "../support/mutate-http.ts";
import { faultIn } from "../support/mutate-verdict.ts";
import { each, type Heard } from "../support/raw.ts";
import { addressOf, bodyOf, headersOf, type Route, stranger } from "../support/routes.ts";
import { changedIn, rowsOf, stillRows } from "../support/routes-rows.ts";
import { bearer, brokenTokens, type Stage, stage, withKey } from "../support/routes-stage.ts";
import { isWhole, partOf } from "../support/whole.ts";

const SHARE = 4; // of what can be wrong with each route, in the course of `npm test`

let here: Stage;
let tried = 0;

beforeAll(async () => {
	here = await stage();
}, within(90_000));
afterAll(() => here?.stop());
afterEach(async () => {
	expect(await here.shop.get("/api/v1/products/1")).toHaveProperty("status", 200);
});

const entering = (route: Route) => ({
	...withKey,
	...(!route.roles.includes("guest") && bearer(here.widest(route))),
});

const templateOf = ({ path }: Route) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`);

/** Sends them all, and says of each answer what it has wrong. */
async function refuse(bad: readonly Bad[]) {
	const heard = new Map<string, { bad: Bad; heard: Heard }>();
	const faults = await each(bad, async (one) => {
		tried++;
		const answer = await here.send(one.sent).catch((err: Error) => err);
		if (answer instanceof Error) return [`${one.what}: ${answer.message}`];
		const { code } = answer.text.startsWith("{") ? JSON.parse(answer.text) : { code: "" };
		if (answer.status >= 400 && code) heard.set(code, { bad: one, heard: answer });
		const found = faultIn(answer, one.expected);
		return found.length > 0 ? [`${one.what}: ${found.join(", ")}`] : [];
	});
	return { faults: faults.flat(), heard };
}

const none = { faults: [], of: 0, changed: [] };
const summary = (faults: string[], changed: string[] = []) => ({
	faults: faults.slice(0, 60),
	of: faults.length,
	changed,
});

test(
	"D4 on every route one thing is wrong at a time: a problem document of its group, in French or English, and no row changes",
	async () => {
		const bad = partOf(
			here.routes.flatMap((route) => badOf(route, entering(route))),
			SHARE,
		);
		const before = await stillRows(here.product);
		const { faults, heard } = await refuse(bad);
		const changed = changedIn(before, await stillRows(here.product));
		for (const [code, { bad: one, heard: french }] of heard) {
			const headers = { ...one.sent.headers, "Accept-Language": "en" };
			const english = await here.send({ ...one.sent, headers });
			faults.push(
				...faultIn(english, one.expected, "en").map((fault) => `${code} in English: ${fault}`),
			);
			const [fr, en] = [JSON.parse(french.text), JSON.parse(english.text)];
			if (fr.message === en.message || fr.code !== en.code)
				faults.push(`${code} says "${fr.message}" in both languages`);
		}
		const { requests, connections } = here.used;
		console.info(
			`bad input: ${bad.length} requests, ${heard.size} codes, ${connections} connections`,
		);
		expect(summary(faults, changed)).toEqual(none);
		expect(bad.length).toBeGreaterThan(isWhole ? 3_000 : 3_000 / SHARE);
		expect(connections).toBeLessThan(requests / 20); // a refusal does not cost its connection
	},
	within(120_000),
);

test(
	"D4 every path: HEAD as GET without a body, OPTIONS 204, any other method 405 with Allow",
	async () => {
		const paths = Map.groupBy(here.routes, (route) => addressOf(route));
		const bad: Bad[] = [];
		const faults: string[] = [];
		for (const [path, routes] of paths) {
			const others = here.routes.filter((one) => templateOf(one).test(path)); // a word may be an id
			const methods = new Set(others.map(({ method }) => method));
			const headers = { ...stranger(), ...entering(routes[0]!) };
			for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter(
				(one) => !methods.has(one),
			))
				bad.push({ what: `${method} ${path}`, sent: { method, path, headers }, expected: [405] });
			bad.push({
				what: `TRACE ${path}`,
				sent: { method: "TRACE", path, headers },
				expected: [405],
			});
			bad.push({
				what: `PURGE ${path}`,
				sent: { method: "PURGE", path, headers },
				expected: [405],
			});
			const options = await here.send({ method: "OPTIONS", path, headers });
			const allow = String(options.headers.allow).split(", ");
			if (options.status !== 204 || ![...methods].every((one) => allow.includes(one)))
				faults.push(`OPTIONS ${path}: ${options.status}, Allow ${allow}`);
			const head = await here.send({ method: "HEAD", path, headers });
			const isRead = [...routes, ...others].find(({ method }) => method === "GET");
			const get =
				isRead &&
				(await here.send({ method: "GET", path, headers: { ...stranger(), ...entering(isRead) } }));
			const asHead = await here.send({
				method: "HEAD",
				path,
				headers: isRead ? { ...stranger(), ...entering(isRead) } : headers,
			});
			if (asHead.status !== (get?.status ?? 405) || asHead.text !== "" || head.text !== "")
				faults.push(`HEAD ${path}: ${asHead.status}, GET ${get?.status}`);
		}
		faults.push(...(await refuse(bad)).faults);
		expect(summary(faults)).toEqual(none);
		expect(bad.length).toBeGreaterThan(300);
	},
	within(60_000),
);

test(
	"AUT-05 AUT-10 AUT-12 every route refuses each kind of broken token, the key elsewhere than in its header, and changes nothing",
	async () => {
		const bad: Bad[] = [];
		for (const route of here.routes) {
			const good = here.widest(route);
			const broken = await brokenTokens(good);
			const send = { method: route.method, path: addressOf(route) };
			for (const [what, token] of Object.entries(broken)) {
				const headers = { ...headersOf(route), ...withKey, ...bearer(token) };
				bad.push({ what: `${route.name} ${what}`, sent: { ...send, headers }, expected: [401] });
			}
			const path = `${send.path}?api_key=${withKey["X-API-Key"]}`;
			const headers = { ...headersOf(route), ...bearer(good) };
			bad.push({
				what: `${route.name} key in query`,
				sent: { ...send, path, headers },
				expected: [401],
			});
		}
		const before = await stillRows(here.product);
		const { faults } = await refuse(partOf(bad, SHARE));
		expect(summary(faults, changedIn(before, await stillRows(here.product)))).toEqual(none);
	},
	within(60_000),
);

test(
	"D4 SQL, NoSQL, markup and control characters where any text is allowed: taken as text or refused, nothing breaks",
	async () => {
		const all = here.routes.flatMap((route) => {
			const { bodies, searches, unknown } = oddOf(route);
			const sent = () => ({
				method: route.method,
				path: addressOf(route),
				headers: { ...headersOf(route), ...entering(route) },
			});
			const expected = [200, 201, 202, 204, 400, 401, 402, 403, 404, 409, 412, 422, 429];
			return [
				...unknown.map((path) => ({
					what: `${route.method} ${path}`,
					sent: {
						...sent(),
						path: addressOf({ ...route, path }),
						...(route.takesBody && { body: bodyOf(route) ?? "{}" }),
					},
					expected,
				})),
				...bodies.map((body) => ({
					what: `${route.name} ${body}`,
					sent: { ...sent(), body },
					expected,
				})),
				...searches.map((search) => ({
					what: `${route.name} ?${search}`,
					sent: { ...sent(), path: `${addressOf(route)}?${search}` },
					expected,
				})),
			];
		});
		const bad = partOf(all, SHARE);
		const before = await stillRows(here.product);
		const { faults } = await refuse(bad);
		console.info(`odd texts: ${bad.length} requests`);
		expect(summary(faults)).toEqual(none);
		const fewer = [...(await rowsOf(here.product))].filter(
			([table, rows]) => Number.parseInt(rows, 10) < Number.parseInt(before.get(table) ?? "0", 10),
		);
		expect(
			fewer.filter(
				([table]) =>
					!/cart|supplier_product|product_category|barcode|user_role|refresh_token/.test(table),
			),
		).toEqual([]);
		expect(tried).toBeGreaterThan(isWhole ? 5_000 : 5_000 / SHARE);
	},
	within(120_000),
);
