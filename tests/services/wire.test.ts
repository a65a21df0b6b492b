import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { explain, refusal } from "../../lib/refusal.ts";
import { service } from "../../lib/service.ts";
import { broker } from "../support/broker.ts";

const full = refusal("SEATS_FULL", 409, { en: "{free} seats are left", fr: "{free} places" });
const seats = contract("seats", {
	take: action({ params: { row: Type.String() }, refusals: [full] }),
});
const seatsService = service(seats, {
	actions: {
		async take({ params }) {
			throw full({ free: 0, row: params.row });
		},
	},
});
const inner = contract("inner", { headers: action({ params: {}, returns: Type.Unknown() }) });
const innerService = service(inner, {
	actions: {
		async headers(ctx) {
			return ctx.headers;
		},
	},
});
const library = {
	name: "library",
	actions: { greet: { params: { name: "string|min:2" }, handler: () => "hello" } },
};
const outer = contract("outer", { both: action({ params: {}, returns: Type.Unknown() }) });
const outerService = service(outer, {
	actions: {
		async both(ctx) {
			return [ctx.headers, await inner.headers(ctx, {})];
		},
	},
});

const node = (nodeID: string, ...services: Parameters<typeof broker>[0]) =>
	broker(services, { nodeID, transporter: "Fake" });
const shop = node("shop");
const warehouse = node("warehouse", seatsService, innerService, outerService, library);

beforeAll(async () => {
	await Promise.all([shop.start(), warehouse.start()]);
	await shop.waitForServices(["seats", "inner", "outer", "library"]);
});
afterAll(() => Promise.all([shop.stop(), warehouse.stop()]));

test("a refusal is known on another node by its code, with its data, and is not retryable", async () => {
	const err = await seats.take(shop, { row: "A" }).catch((e) => e);
	const data = { free: 0, row: "A" };

	expect(full.is(err)).toBe(true);
	expect(err).toMatchObject({ code: 409, data, retryable: false });
	expect(explain(full.entry, err.data, "fr")).toBe("0 places");
});

test("between services nothing is converted", async () => {
	const err = await seats.take(shop, { row: 1 } as never).catch((e: unknown) => e);
	expect(err).toMatchObject({
		code: 422,
		data: [{ field: "row", message: expect.any(String), keyword: "type" }],
	});
});

test("the services of libraries keep their own validator", async () => {
	await expect(shop.call("library.greet", { name: "Ada" })).resolves.toBe("hello");
	await expect(shop.call("library.greet", { name: "A" })).rejects.toMatchObject({ code: 422 });
});

test("schemas and refusals travel in the registry", async () => {
	const actions = await shop.call<{ name: string; action: object }[], object>("$node.actions", {});
	const take = actions.find(({ name }) => name === seats.take.action);
	const { params, refusals } = seats.take.schema;
	expect(take?.action).toMatchObject(JSON.parse(JSON.stringify({ params, refusals })));
});

test("headers go one hop: a key cannot leak into the calls that a call makes", async () => {
	const headers = { saga_id: "saga_1", saga_step: "STEP" };
	expect(await outer.both(shop, {}, { headers })).toEqual([headers, {}]);
});
