import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Type from "typebox";
import { env } from "../../config/env.ts";
import { action, contract } from "../../lib/contract.ts";
import { Cents, Id } from "../../lib/fields.ts";
import { scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { bearer, identityStub, KEY, notBrewed, type Shop, shop } from "../support/gateway.ts";

const Item = Type.Object({
	product_id: Id,
	value_cents: Cents,
	supplier: Type.Optional(Type.Object({ id: Id, names: Type.Array(Type.String()) })),
});
const shelf = contract("shelf", {
	stock: action({
		summary: "Stock of one's products",
		graphql: "Query.stock",
		roles: ["supplier", "logistics"],
		params: { product_id: Type.Optional(Id), limit: Type.Optional(Type.Integer({ maximum: 200 })) },
		returns: Type.Object({ items: Type.Array(Item), asked_by: Type.String() }),
	}),
	restock: action({
		summary: "Announce goods",
		graphql: "Mutation.submitRestock",
		roles: ["supplier"],
		params: { lines: Type.Array(Type.Object({ product_id: Id, quantity: Type.Integer() })) },
		returns: Type.Object({ id: Id }),
		refusals: [notBrewed],
	}),
});
let calls = 0;
const shelfService = service(shelf, {
	actions: {
		async stock(ctx) {
			calls++;
			const item = { product_id: "1", value_cents: 9_000_000_000 };
			const supplier = { id: "sup", names: ["Thé inc."] };
			return { items: [{ ...item, supplier }], asked_by: scopeOf(ctx).actor };
		},
		async restock({ params }) {
			if (params.lines[0]?.quantity === 0) throw notBrewed({ left: 1 });
			if (params.lines[0]?.quantity === 1) throw new Error("SQLITE_BUSY");
			return { id: `r${params.lines.length}` };
		},
	},
});

let open: Shop;
beforeAll(async () => {
	open = await shop([identityStub, shelfService]);
});
afterAll(() => open.broker.stop());

const ask = (query: string, headers: object = bearer("supplier"), variables: object = {}) =>
	open.ask("/graphql", { method: "POST", json: { query, variables }, headers: { ...headers } });

test("GQL-01 GQL-02 GQL-04 a supplier gets the fields that it asks for, and no others", async () => {
	const heard = await ask("{ stock(limit: 5) { items { product_id value_cents } } }");
	expect(heard.body).toEqual({
		data: { stock: { items: [{ product_id: "1", value_cents: 9_000_000_000 }] } },
	});
	expect(heard.headers).toMatchObject({ "x-content-type-options": "nosniff" });
	expect(heard.headers["access-control-allow-origin"]).toBeUndefined();
});

test("GQL-03 a mutation is a call with the caller's identity", async () => {
	const query = "mutation($lines: [LinesInput!]) { submitRestock(lines: []) { id } }";
	expect((await ask(query)).body.errors).toHaveLength(2); // an unknown type, a variable unused
	const lines = [{ product_id: "1", quantity: 3 }];
	const text =
		"mutation($lines: [SubmitRestockLinesInput!]!) { submitRestock(lines: $lines) { id } }";
	expect((await ask(text, bearer("supplier"), { lines })).body).toEqual({
		data: { submitRestock: { id: "r1" } },
	});
	expect((await ask("{ stock { asked_by } }")).body.data.stock.asked_by).toBe("usr_supplier");
});

test("GQL-06 it is authenticated, and authorised by field", async () => {
	expect(await ask("{ stock { asked_by } }", {})).toMatchObject({ status: 401 });
	const guest = await ask("{ stock { asked_by } }", KEY);
	expect(guest.body.errors[0].extensions).toMatchObject({ code: "FORBIDDEN", status: 403 });
	const token = { authorization: "Bearer logistics" };
	expect((await ask("{ stock { asked_by } }", token)).body.data.stock.asked_by).toBe(
		"usr_logistics",
	);
	const other = await ask("mutation { submitRestock(lines: []) { id } }", token);
	expect(other.body.errors[0].extensions.code).toBe("FORBIDDEN");
});

test("a refusal is said in the caller's language, a bug is not said", async () => {
	const restock = (quantity: number) =>
		ask(`mutation { submitRestock(lines: [{ product_id: "1", quantity: ${quantity} }]) { id } }`);
	const refused = await restock(0);
	expect(refused.body.errors[0]).toMatchObject({
		message: "Plus que 1 tasses.",
		extensions: { code: "OUT_OF_TEA", status: 409 },
	});
	const bug = await restock(1);
	expect(bug.text).not.toContain("SQLITE");
	expect(bug.body.errors[0].extensions).toMatchObject({
		code: "INTERNAL",
		request_id: bug.headers["x-request-id"],
	});
});

test("GQL-06 depth, aliases, tokens and fragments in a circle are refused before anything runs", async () => {
	calls = 0;
	const deep = (levels: number) =>
		`{ ${"stock { ".repeat(levels)} asked_by ${"} ".repeat(levels)} }`;
	const many = (count: number) =>
		`{ ${Array.from({ length: count }, (_, nth) => `a${nth}: stock { asked_by }`).join(" ")} }`;
	const circle = "{ stock { ...A } } fragment A on Stock { ...B } fragment B on Stock { ...A }";
	for (const query of [deep(9), deep(100), many(16), many(2_000), circle, "{ nonsense }", "{"]) {
		const heard = await ask(query);
		expect(heard.body.data).toBeUndefined();
		expect(heard.body.errors.length).toBeGreaterThan(0);
		expect(heard.status).toBeLessThan(500);
	}
	expect((await ask(deep(9))).text).toContain("depth: 8 at most");
	expect((await ask(many(16))).text).toContain("aliases: 15 at most");
	expect(calls).toBe(0);

	await ask(many(15));
	expect(calls).toBe(1); // one question is asked once
});

test("only POST of one JSON document; no hints; no introspection in production", async () => {
	expect((await open.ask("/graphql?query={stock{asked_by}}", { headers: KEY })).status).toBe(405);
	const batch = {
		method: "POST",
		json: [{ query: "{ stock { asked_by } }" }],
		headers: bearer("supplier"),
	};
	expect((await open.ask("/graphql", batch)).status).toBe(422);
	const text = { ...bearer("supplier"), "content-type": "application/graphql" };
	expect(
		(await open.ask("/graphql", { method: "POST", body: "{ stock }", headers: text })).status,
	).toBe(415);
	expect((await ask("{ stok { asked_by } }")).text).not.toContain("Did you mean");

	const schema = "{ __schema { queryType { name } } }";
	expect((await ask(schema)).body.data.__schema.queryType.name).toBe("Query");
	Object.assign(env, { production: true });
	expect((await ask(schema)).body.data).toBeUndefined();
	expect((await ask(schema, bearer("admin"))).body.data).toBeDefined();
	Object.assign(env, { production: false });
});
