import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { service } from "../../lib/service.ts";
import { identityStub, KEY, type Shop, shop, teaService } from "../support/gateway.ts";

const items = [
	{ name: "=cmd|' /C calc'!A0", count: -5 },
	{ name: "@SUM(A1)", count: 1 },
	{ name: '+1, "quoted"', count: 2 },
	{ name: "\ttab", count: 3 },
	{ name: "plain" },
];
const shelf = contract("shelf", {
	read: action({
		summary: "A list that a spreadsheet may take",
		rest: "GET /shelf",
		roles: ["guest"],
		csv: "items",
		params: { from: Type.Optional(Type.String()) },
		returns: Type.Object({
			items: Type.Array(Type.Object({ name: Type.String(), count: Type.Optional(Type.Integer()) })),
			next_cursor: Type.String(),
		}),
	}),
});

let open: Shop;
beforeAll(async () => {
	const read = service(shelf, { actions: { read: async () => ({ items, next_cursor: "abc" }) } });
	open = await shop([identityStub, teaService, read]);
});
afterAll(() => open.broker.stop());

const get = (query: string, headers: object = {}) =>
	open.ask(`/api/v1/shelf${query}`, { headers: { ...KEY, ...headers } });

const TABLE = [
	"name,count",
	"'=cmd|' /C calc'!A0,-5",
	"'@SUM(A1),1",
	`"'+1, ""quoted""",2`,
	"'\ttab,3",
	"plain,",
	"",
].join("\r\n");

test("REP-02 a list is a table of text when it is asked for, and no cell of it is a formula", async () => {
	const asked = await get("?format=csv");
	expect(asked).toMatchObject({ status: 200, text: TABLE });
	expect(asked.headers["content-type"]).toBe("text/csv; charset=utf-8");
	expect(asked.headers["x-next-cursor"]).toBe("abc");
	expect(await get("", { accept: "text/csv" })).toMatchObject({ text: TABLE });
	expect(await get("", { accept: "text/csv, application/json;q=0.5" })).toMatchObject({
		text: TABLE,
	});
});

test("REP-02 without asking for it, or asking for JSON, it is JSON", async () => {
	for (const [query, headers] of [
		["", {}],
		["?format=json", { accept: "text/csv" }],
		["", { accept: "text/csv;q=0.1, application/json" }],
	] as const)
		expect(await get(query, headers)).toMatchObject({ status: 200, body: { items } });
	expect(await get("?format=xml")).toMatchObject({ status: 422 });
	const elsewhere = { headers: { ...KEY, accept: "text/csv" } };
	expect(await open.ask("/api/v1/cups", elsewhere)).toMatchObject({ status: 406 });
});
