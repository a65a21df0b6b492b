import { describe, expect, test } from "@jest/globals";
import Type from "typebox";
import { action, contract } from "../../../lib/contract.ts";
import { event } from "../../../lib/fact.ts";
import { explain, isRefusal, refusal } from "../../../lib/refusal.ts";

const tooMany = refusal("SHOP_TOO_MANY", 409, {
	en: "{wanted} wanted, at most {limit}",
	fr: "{wanted} demandé, {limit} au plus",
});
const Line = Type.Object({ quantity: Type.Integer() });
const shop = contract("shop", {
	buy: action({ params: { lines: Type.Array(Line) }, returns: Line, refusals: [tooMany] }),
	bought: event(
		{ id: Type.String(), lines: Type.Array(Line) },
		{ about: "order:{id}", version: 2 },
	),
});

describe("a contract", () => {
	test("calls what it names", async () => {
		const calls: unknown[] = [];
		const call = async (...args: unknown[]) => void calls.push(args);
		await shop.buy({ call } as never, { lines: [] }, { timeout: 5 });
		expect(calls).toEqual([["shop.buy", { lines: [] }, { timeout: 5 }]]);
	});
	test("states facts", () => {
		const payload = { id: "7", lines: [] };
		expect(shop.bought(payload)).toEqual({
			event: "shop.bought",
			version: 2,
			key: "order:7",
			payload,
		});
	});
	test("closes params at every depth, and leaves what is shared and what is told open", () => {
		const { params, refusals } = shop.buy.schema;
		const lines = params.properties.lines as unknown as { items: object };
		expect(params).toMatchObject({ additionalProperties: false });
		expect(lines.items).toMatchObject({ additionalProperties: false });
		expect(Line).not.toHaveProperty("additionalProperties");
		expect(shop.bought.schema).not.toHaveProperty("additionalProperties");
		expect(refusals).toEqual([tooMany.entry]);
	});
	test("travels as JSON without loss", () => {
		const { schema } = shop.buy;
		expect(JSON.parse(JSON.stringify(schema))).toEqual(schema);
	});
});

describe("a refusal", () => {
	const err = tooMany({ wanted: 3, limit: 2 });
	test("is known by its code, carries its data, and is not retried", () => {
		expect(tooMany.is(err)).toBe(true);
		expect(isRefusal(err)).toBe(true);
		expect(isRefusal(new Error("boom"))).toBe(false);
		expect(err).toMatchObject({ code: 409, type: "SHOP_TOO_MANY", retryable: false });
	});
	test("is said in the caller's language", () => {
		expect(err.message).toBe("3 wanted, at most 2");
		expect(explain(tooMany.entry, { wanted: 3, limit: 2 }, "fr")).toBe("3 demandé, 2 au plus");
	});
});
