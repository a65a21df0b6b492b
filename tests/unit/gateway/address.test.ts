import { expect, test } from "@jest/globals";
import { shortened } from "../../../services/gateway/access-log.ts";
import { addressOf } from "../../../services/gateway/address.ts";
import { matcher } from "../../../services/gateway/matcher.ts";
import { acceptsJson, localeOf } from "../../../services/gateway/negotiation.ts";
import { needsOf } from "../../../services/gateway/routes.ts";

test("words go before parameters, and a parameter is tried where a word leads nowhere", () => {
	const tree = matcher<string>();
	for (const place of [
		"GET /stock/:id",
		"PUT /stock/:id",
		"GET /stock/alerts",
		"GET /a/:x/c",
		"GET /a/b/d",
	]) {
		const [method = "", path = ""] = place.split(" ");
		expect(tree.add(method, path, place)).toBe(true);
	}
	expect(tree.add("GET", "/stock/:other", "late")).toBe(false);
	const find = (path: string) => tree.find(path.split("/").slice(1));
	expect(find("/stock/alerts").map(({ at }) => at.get("GET"))).toEqual([
		"GET /stock/alerts",
		"GET /stock/:id",
	]);
	expect(find("/stock/7")[0]).toMatchObject({ values: ["7"] });
	expect(find("/a/b/c")[0]).toMatchObject({ values: ["b"] });
	expect(find("/stock/7/more")).toEqual([]);
});

test("GTW-12 the client's address is as many hops from the right as we trust", () => {
	const req = (forwarded?: string) =>
		({ socket: { remoteAddress: "10.0.0.1" }, headers: { "x-forwarded-for": forwarded } }) as never;
	expect(addressOf(req("6.6.6.6, 203.0.113.9"), 0)).toBe("10.0.0.1");
	expect(addressOf(req("6.6.6.6, 203.0.113.9"), 1)).toBe("203.0.113.9");
	expect(addressOf(req("6.6.6.6, 203.0.113.9, 10.0.0.2"), 2)).toBe("203.0.113.9");
	expect(addressOf(req(), 1)).toBe("10.0.0.1");
});

test("addresses in the log are of a network, not of a person", () => {
	expect(shortened("203.0.113.57")).toBe("203.0.113.0");
	expect(shortened("::ffff:203.0.113.57")).toBe("203.0.113.0");
	expect(shortened("2001:db8:85a3:8d3::7334")).toBe("2001:db8:85a3::");
});

test.each([
	["/api/v1/products", ["guest"], { key: true, token: false, either: false }],
	["/api/v1/orders", ["customer"], { key: true, token: true, either: false }],
	["/api/v1/auth/login", ["guest"], { key: false, token: false, either: false }],
	["/api/v1/auth", ["guest"], { key: false, token: false, either: false }],
	["/api/v1/auth/me", ["customer"], { key: false, token: true, either: false }],
	["/auth/login", ["guest"], { key: false, token: false, either: false }],
	["/api/v1/authors", ["guest"], { key: true, token: false, either: false }],
	["/api/produits", ["guest"], { key: false, token: false, either: true }],
	["/api/produits", ["head_office"], { key: false, token: true, either: false }],
])("AUT-11 what %s of %j asks for", (path, roles, needs) => {
	expect(needsOf(path, roles)).toEqual(needs);
});

test.each([
	[undefined, "fr"],
	["*", "fr"],
	["en", "en"],
	["en-GB,en;q=0.9", "en"],
	["fr-CA,fr;q=0.9,en;q=0.8", "fr"],
	["en;q=0", "fr"],
	["de, en;q=0.1", "en"],
])("%p is answered in %s", (header, language) => {
	expect(localeOf(header)).toBe(language);
});

test("the more precise range counts", () => {
	expect(acceptsJson("application/json;q=0, */*")).toBe(false);
	expect(acceptsJson("*/*;q=0, application/json")).toBe(true);
});
