import { brotliCompressSync, gzipSync } from "node:zlib";
import { checks, mutationsOf, type Schema, valid } from "./mutate.ts";
import type { Sent } from "./raw.ts";
import { addressOf, bodyOf, headersOf, type Route } from "./routes.ts";

/** A request with one thing wrong, and what it may be answered with. */
export interface Bad {
	readonly what: string;
	readonly sent: Sent;
	readonly expected: readonly number[];
}
type Wrong = (what: string, changes: Partial<Sent>, expected: readonly number[]) => Bad;

const UNPARSED = [400];
const UNFIT = [422];

/** All that can be wrong with a request of this route, one thing at a time. */
export function badOf(route: Route, who: Record<string, string>): Bad[] {
	const headers = { ...headersOf(route), ...who };
	const body = bodyOf(route);
	const good = { method: route.method, path: addressOf(route), headers, ...(body && { body }) };
	const wrong: Wrong = (what, changes, expected) => ({
		what: `${route.name}: ${what}`,
		sent: { ...good, ...changes, headers: { ...headersOf(route), ...who, ...changes.headers } },
		expected,
	});
	return [
		...(route.takesBody
			? [...fields(route, wrong), ...json(wrong, body ?? "{}"), ...media(wrong, headers)]
			: extraBody(wrong)),
		...queries(route, wrong),
		...paths(route, wrong),
		...terms(route, wrong),
	];
}

const fields = ({ body }: Route, wrong: Wrong): Bad[] =>
	mutationsOf(body ?? { type: "object", properties: {}, additionalProperties: false }).map(
		({ what, text }) => wrong(`body ${what}`, { body: text }, UNFIT),
	);

/** Text that is no JSON, or JSON that its readers disagree about. */
function json(wrong: Wrong, body: string): Bad[] {
	const inside = body === "{}" ? "" : `,${body.slice(1, -1)}`;
	const first = /^\{"(\w+)":/.exec(body)?.[1] ?? "one";
	const texts: [string, string | Buffer, readonly number[]][] = [
		["truncated", body.slice(0, -1), UNPARSED],
		["truncated early", body.slice(0, Math.max(1, body.length >> 1)), UNPARSED],
		["two values", `${body}${body}`, UNPARSED],
		["a name said twice", `{"${first}":1,"${first}":1${inside}}`, UNPARSED],
		["a name said twice, spelled otherwise", `{"\\u0061b":1,"ab":1${inside}}`, UNPARSED],
		["depth 20,000", `{"x":${"[".repeat(20_000)}${"]".repeat(20_000)}${inside}}`, UNPARSED],
		["depth 33 of objects", `{"x":${'{"a":'.repeat(33)}1${"}".repeat(33)}${inside}}`, UNPARSED],
		["20,000 values", `{"x":[${"1,".repeat(20_000)}1]${inside}}`, UNPARSED],
		["NaN", `{"x":NaN${inside}}`, UNPARSED],
		["Infinity", `{"x":Infinity${inside}}`, UNPARSED],
		["a leading zero", `{"x":01${inside}}`, UNPARSED],
		["a comma too many", `{"x":1${inside},}`, UNPARSED],
		["a comment", `{/* x */"x":1${inside}}`, UNPARSED],
		[
			"no UTF-8",
			Buffer.concat([Buffer.from('{"x":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]),
			UNPARSED,
		],
		["a BOM", Buffer.from(`\ufeff${body}`), UNPARSED],
		["UTF-16", Buffer.from(body, "utf16le"), UNPARSED],
		["only spaces", "   ", UNPARSED],
		["__proto__", `{"__proto__":{"role":"admin"}${inside}}`, UNFIT],
		["__proto__, spelled otherwise", `{"\\u005f_proto__":{"role":"admin"}${inside}}`, UNFIT],
		["constructor", `{"constructor":{"prototype":{"role":"admin"}}${inside}}`, UNFIT],
		["toString", `{"toString":1${inside}}`, UNFIT],
		["half a character", `{"x":"\\ud800"${inside}}`, UNFIT],
		["NUL", `{"x":"\\u0000"${inside}}`, UNFIT],
		["a name of 50 kB", `{"${"x".repeat(50_000)}":1${inside}}`, UNFIT],
		["an api_key", `{"api_key":"pos-test-automation-dev-key-2025"${inside}}`, UNFIT],
		...["null", "[]", "[{}]", '"x"', "1", "true"].map(
			(root) => [`root ${root}`, root, UNFIT] as [string, string, readonly number[]],
		),
		["2 MB", `{"x":"${"x".repeat(2_000_000)}"}`, [413]],
	];
	return texts.map(([what, text, expected]) => wrong(what, { body: text }, expected));
}

/** What the headers say of the body. */
function media(wrong: Wrong, { "Content-Type": _, ...headers }: Record<string, string>): Bad[] {
	const types = [
		"text/plain",
		"application/x-www-form-urlencoded",
		"multipart/form-data; boundary=x",
		"application/json; charset=utf-16",
		"application/xml",
		"json",
		"application/jsonx",
	];
	const encoded = (encoding: string, body: string | Buffer, expected: number[]) =>
		wrong(
			`Content-Encoding ${encoding}`,
			{ headers: { "Content-Encoding": encoding }, body },
			expected,
		);
	const bomb = Buffer.from(`{"x":"${"x".repeat(10_000_000)}"}`);
	return [
		...types.map((type) =>
			wrong(`Content-Type ${type}`, { headers: { "Content-Type": type } }, [415]),
		),
		{
			...wrong("no Content-Type", {}, [415]),
			sent: { ...wrong("", { body: "{}" }, []).sent, headers },
		},
		encoded("gzip", "{}", [400]),
		encoded("br", "{}", [400]),
		encoded("deflate", "{}", [400]),
		encoded("gzip", gzipSync("{}").subarray(0, 12), [400]),
		encoded("zstd", "{}", [415]),
		encoded("gzip, gzip", gzipSync(gzipSync("{}")), [415]),
		encoded("gzip", gzipSync(bomb), [413]),
		encoded("br", brotliCompressSync(bomb.subarray(0, 1_000_000)), [413]),
	];
}

const extraBody = (wrong: Wrong): Bad[] => [
	wrong("a body", { body: "{}", headers: { "Content-Type": "application/json" } }, [400]),
];

/** Each parameter with a text that it does not take, said twice, or not known. */
function queries({ query, takesBody, path }: Route, wrong: Wrong): Bad[] {
	const at = wrong("", {}, []).sent.path;
	const ask = (what: string, search: string, expected: readonly number[] = UNFIT) =>
		wrong(`query ${what}`, { path: `${at}?${search}` }, expected);
	const values = Object.entries(query.properties ?? {}).flatMap(([name, schema]) => [
		...textsFor(name, schema).map((text) =>
			ask(`${name}=${text}`, `${name}=${encodeURIComponent(text)}`),
		),
		...(schema.type === "array" ? [] : [ask(`${name} twice`, `${name}=1&${name}=2`)]),
		ask(`${name}[$ne]`, `${name}[$ne]=1`),
	]);
	const cursors =
		"cursor" in (query.properties ?? {}) ? ["x", "eyJpZCI6IjEifQ", "' or 1=1 --"] : [];
	return [
		...values,
		...cursors.map((text) => ask(`a forged cursor ${text}`, `cursor=${encodeURIComponent(text)}`)),
		ask("unknown", "not_a_parameter=1"),
		ask("__proto__", "__proto__=1"),
		ask("constructor", "constructor=1"),
		ask("toString", "toString=1"),
		ask("%ZZ", "limit=%ZZ", [400]),
		ask("%00", "limit=%00", [400]),
		ask("overlong", "limit=%c0%af", [400]),
		ask("2,000 parameters", "a&".repeat(1_000)),
		ask("10,000 characters", `a=${"x".repeat(10_000)}`, [414]),
		...["api_key", "access_token"].map((name) => ask(`a secret in ${name}`, `${name}=x`, [401])),
		...(takesBody && !path.includes("auth") ? [ask("role beside the body", "role=admin")] : []),
	];
}

function textsFor(name: string, schema: Schema): string[] {
	if (name === "wait") return ["x", "0", "-1", "31", "1.5", ""];
	const type = schema.type;
	const texts = [
		...["", " ", "   ", "x", "-1", "0", "1.5", "1e3", "007", "9007199254740993", "NaN", "null"],
		...["true", "' or 1=1 --", '{"$gt":""}', "\u202e", "x".repeat(1_500)],
		...(schema.enum ?? []).flatMap((word) => [
			String(word).toUpperCase(),
			String(word).toLowerCase(),
		]),
		...(schema.minimum === undefined ? [] : [String(schema.minimum - 1)]),
		...(schema.maximum === undefined ? [] : [String(schema.maximum + 1)]),
	];
	const fits = checks(type === "array" ? (schema.items ?? {}) : schema);
	const read = (text: string) =>
		type === "integer" && String(Number(text)) === text ? Number(text) : text;
	return [...new Set(texts)].filter(
		(text) => !fits(type === "boolean" ? text === "true" || text : read(text)),
	);
}

/** The path with one thing wrong: as a path, or as an id. */
function paths(route: Route, wrong: Wrong): Bad[] {
	const at = addressOf(route);
	const go = (what: string, path: string, expected: readonly number[]) =>
		wrong(`path ${what}`, { path }, expected);
	const whole = [
		go("//", `/${at}`, [400]),
		go("// inside", at.replace(/\/([^/]+)$/, "//$1"), [400]),
		go("/./", at.replace(/\/([^/]+)$/, "/./$1"), [400]),
		go("%2e%2e", at.replace(/\/([^/]+)$/, "/%2e%2e/$1"), [400]),
		go("..%2f", `${at}/..%2f..%2fetc`, [400]),
		go("%00", `${at}%00`, [400]),
		go("%ZZ", `${at}%ZZ`, [400]),
		go("overlong UTF-8", `${at}%c0%ae`, [400]),
		go("backslash", `${at}%5cx`, [400]),
		go("10,000 characters", `${at}/${"x".repeat(10_000)}`, [414]),
		go("upper case", `${at.toUpperCase()}`, [404, 405]),
		go("of the mesh", `/${route.action}`, [404, 405]),
		go("of the mesh, by slashes", `/${route.action.replace(".", "/")}`, [404, 405]),
	];
	const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([hole, name = ""]) => ({ hole, name }));
	const ids = [
		"x".repeat(500),
		"' or 1=1 --",
		'{"$gt":""}',
		"[object Object]",
		"a b",
		"~",
		"@",
		"\u202e",
		"%",
	];
	const strange = names.flatMap(({ hole, name }) => {
		const fits = checks(route.params.properties?.[name] ?? {});
		const filled = (id: string) =>
			addressOf({ ...route, path: route.path.replace(hole, encodeURIComponent(id)) });
		return [
			...ids
				.filter((id) => !fits(id))
				.map((id) => go(`${name} ${id.slice(0, 20)}`, filled(id), UNFIT)),
		];
	});
	return [...whole, ...strange];
}

/** Terms of the request: what it accepts, repeats, or presumes. */
function terms({ idempotency }: Route, wrong: Wrong): Bad[] {
	const say = (name: string, value: string, expected: readonly number[]) =>
		wrong(`${name}: ${value.slice(0, 30)}`, { headers: { [name]: value } }, expected);
	const keys = ["short", "has a space in it", "x".repeat(65), "é-é-é-é-é"];
	return [
		say("Accept", "image/png", [406]),
		say("Accept", "application/json;q=0", [406]),
		say("Accept", ";;,,//", [406]),
		say("X-HTTP-Method-Override", "DELETE", [400]),
		say("X-API-Key", "pos-test-automation-dev-key-2026", [401]),
		say("X-API-Key", "x".repeat(5_000), [401]),
		say("Authorization", "Bearer x", [401]),
		say("Authorization", `Bearer ${"x".repeat(5_000)}`, [401]),
		say("Authorization", "x", [401]),
		...(idempotency
			? keys.map((key) => say("Idempotency-Key", Buffer.from(key).toString("latin1"), [400]))
			: []),
		...(idempotency === "required"
			? [wrong("no Idempotency-Key", { headers: { "Idempotency-Key": "" } }, [400])]
			: []),
	];
}

/** Ids of nothing. */
const NOBODY = ["nobody_0", "null", "undefined", "-1"];

/** What the schema accepts and a careless store would not: it may be taken, it may not break. */
export function oddOf({ path, params, body, query }: Route) {
	const texts = [
		"' or 1=1 --",
		"'; drop table product; --",
		"%",
		"_",
		"\\",
		'{"$gt":""}',
		"=cmd|'/c calc'!A0",
		"<script>alert(1)</script>{{7*7}}",
		"\u202e\u200b\ud83d\ude00",
		"e\u0301\uff11",
		"a\r\nSet-Cookie: x=1\u001b[31m",
	];
	const whole = body ? (valid(body) as Record<string, unknown>) : {};
	const fits = body ? checks(body) : () => false;
	const bodies = Object.entries(whole).flatMap(([name, value]) =>
		texts.map((text) => ({ ...whole, [name]: typeof value === "string" ? text : value })),
	);
	const searches = Object.entries(query.properties ?? {}).flatMap(([name, schema]) =>
		texts.filter(checks(schema)).map((text) => `${name}=${encodeURIComponent(text)}`),
	);
	const unknown = Object.entries(params.properties ?? {}).flatMap(([name, schema]) =>
		NOBODY.filter(checks(schema)).map((id) => path.replace(`{${name}}`, encodeURIComponent(id))),
	);
	return {
		bodies: [...new Set(bodies.filter(fits).map((one) => JSON.stringify(one)))],
		searches,
		unknown,
	};
}
