import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { within } from "../support/modes.ts";
import { checks, type Schema, valid } from "../support/mutate.ts";
import { faultIn } from "../support/mutate-verdict.ts";
import type { Heard, Sent } from "../support/raw.ts";
import { type Route, stranger } from "../support/routes.ts";
import { changedIn, stillRows } from "../support/routes-rows.ts";
import { bearer, brokenTokens, type Stage, stage, withKey } from "../support/routes-stage.ts";

const BUYER = "customer_1";
/** Kept of a refusal: that it was asked for, what it was told, who heard of it, a token that nobody will use. */
const MEMORY = [
	"participant",
	"saga",
	"saga_history",
	"outbox",
	"outbox_key",
	"inbox",
	"card_token",
	"event",
	"head",
	"notification",
	"projection_cursor",
	"rm_saga_stats",
];

let here: Stage;
let doors: Door[];
let broken: Record<string, string>;
/** The rows after the last case, once nothing changed them any more. */
let still: Map<string, string>;

interface Door {
	readonly route: Route;
	/** The field that holds the lines. */
	readonly lines: string;
	readonly body: Record<string, unknown>;
}
interface Case {
	readonly status: readonly number[];
	readonly code?: string;
	readonly change: (door: Door) => Partial<Sent>;
	readonly search?: string;
}

beforeAll(async () => {
	here = await stage();
	broken = await brokenTokens(here.tokens.admin);
	doors = here.routes.flatMap((route) => doorOf(route) ?? []);
	still = await stillRows(here.product);
}, within(90_000));
afterAll(() => here?.stop());

const isLines = ({ items }: Schema) =>
	items?.properties !== undefined &&
	"product_id" in items.properties &&
	"quantity" in items.properties;

/** Where orders are placed: a body with lines, that leads to a saga. */
function doorOf(route: Route): Door | undefined {
	const { body, method, context } = route;
	if (!body || method !== "POST" || context !== "saga") return undefined;
	const lines = Object.entries(body.properties ?? {}).find(([, schema]) => isLines(schema))?.[0];
	if (!lines) return undefined;
	const { cart_id: _, payment_info: __, ...whole } = valid(body) as Record<string, unknown>;
	const line = { product_id: "1", quantity: 1, location: "Magasin 1" };
	const card = { card: "4111 1111 1111 1111" };
	const order = {
		...whole,
		[lines]: [line],
		...("payment_info" in (body.properties ?? {}) && { payment_info: card }),
	};
	return { route, lines, body: order };
}

function send({ route, body }: Door, { headers, ...changes }: Partial<Sent> = {}, search = "") {
	const path = `${route.path.replace(/\{\w+\}/, BUYER)}${search}`;
	const own = {
		...stranger(),
		...withKey,
		...bearer(here.tokens.admin),
		"Content-Type": "application/json",
		"Idempotency-Key": randomUUID(),
	};
	const text = JSON.stringify(body);
	return here.send({
		method: route.method,
		path,
		body: text,
		...changes,
		headers: { ...own, ...headers },
	});
}

const withLine =
	(line: object) =>
	({ body, lines }: Door) => ({
		body: JSON.stringify({
			...body,
			[lines]: [{ product_id: "1", quantity: 1, location: "Magasin 1", ...line }],
		}),
	});
const withLines =
	(all: unknown) =>
	({ body, lines }: Door) => ({ body: JSON.stringify({ ...body, [lines]: all }) });
const unfit = { status: [422], code: "INVALID" };
const unknown = { status: [401], code: "UNAUTHENTICATED" };

const CASES: Record<string, Case> = {
	"of the wrong type": { ...unfit, change: withLine({ product_id: { $gt: "" } }) },
	"with lines of the wrong type": { ...unfit, change: withLines("1") },
	"with a field missing": {
		...unfit,
		change: withLines([{ product_id: "1", location: "Magasin 1" }]),
	},
	"with no lines at all": { status: [422], change: () => ({ body: "{}" }) },
	"with a field too many": { ...unfit, change: withLine({ price_cents: 1 }) },
	"with a field too many at the top": {
		...unfit,
		change: ({ body }) => ({ body: JSON.stringify({ ...body, total_cents: 1 }) }),
	},
	"of an unknown product": {
		status: [404, 409, 422],
		change: withLine({ product_id: "nobody_0" }),
		search: "?wait=true",
	},
	"at an unknown place": {
		status: [404, 422],
		change: withLine({ location: "Magasin 99" }),
		search: "?wait=true",
	},
	"of quantity 0": { ...unfit, change: withLine({ quantity: 0 }) },
	"of a negative quantity": { ...unfit, change: withLine({ quantity: -1 }) },
	"of a fractional quantity": { ...unfit, change: withLine({ quantity: 1.5 }) },
	"of 1e9 pieces": { ...unfit, change: withLine({ quantity: 1e9 }) },
	"of a million pieces": {
		status: [409],
		code: "OUT_OF_STOCK",
		change: withLine({ quantity: 1_000_000 }),
		search: "?wait=true",
	},
	"of an empty cart": { status: [422], change: withLines([]) },
	"of malformed JSON": {
		status: [400],
		code: "BODY_MALFORMED",
		change: () => ({ body: '{"products":[' }),
	},
	"of the wrong content type": {
		status: [415],
		code: "UNSUPPORTED_MEDIA_TYPE",
		change: () => ({ headers: { "Content-Type": "text/plain" } }),
	},
	"of 2 MB": {
		status: [413],
		code: "BODY_TOO_LARGE",
		change: () => ({ body: JSON.stringify({ note: "x".repeat(2_000_000) }) }),
	},
	"by an expired token": { ...unknown, change: () => ({ headers: bearer(broken.expired ?? "") }) },
	"by a forged token": {
		...unknown,
		change: () => ({ headers: bearer(broken["signed by another"] ?? "") }),
	},
	"by a token without a seal": {
		...unknown,
		change: () => ({ headers: bearer(broken["of algorithm none"] ?? "") }),
	},
	"by a wrong key": {
		...unknown,
		change: () => ({ headers: { "X-API-Key": "frontend-key-67891" } }),
	},
};

describe("D4 an order is refused, in French and in English, and changes nothing:", () => {
	test.each(Object.entries(CASES))(
		"%s",
		async (_what, { change, search, ...expected }) => {
			for (const door of search ? doors.filter(tellsEnds) : doors) {
				const french = await send(door, change(door), search);
				const { headers, ...changes } = change(door);
				const asEnglish = { ...changes, headers: { ...headers, "Accept-Language": "en" } };
				const english = await send(door, asEnglish, search);
				expect({ door: door.route.name, faults: faultIn(french, expected.status) }).toEqual({
					door: door.route.name,
					faults: [],
				});
				expect(faultIn(english, expected.status, "en")).toEqual([]);
				const [fr, en] = [french, english].map(({ text }) => JSON.parse(text));
				expect(en.code).toBe(fr.code);
				if (expected.code) expect(fr.code).toBe(expected.code);
				expect(en.message).not.toBe(fr.message);
			}
			const before = still;
			still = await stillRows(here.product);
			const without = new RegExp(`/(${MEMORY.join("|")}): `);
			const changed = changedIn(before, still);
			expect(search ? changed.filter((one) => !without.test(one)) : changed).toEqual([]);
			expect(doors.length).toBeGreaterThanOrEqual(3);
		},
		30_000,
	);
});

/** The alias outside tells the end of a saga in a shape of its own: `acceptance.md`, section 1. */
const tellsEnds = ({ route }: Door) => route.path.startsWith("/api/v1/");

const json = ({ text }: Heard) => JSON.parse(text);
const admin = () => ({ token: here.tokens.admin });
const stock = async (): Promise<number> => {
	const { body } = await here.shop.get("/api/v1/stock?location=1&limit=200", admin());
	return body.items.find((one: { product_id: string }) => one.product_id === "1").on_hand;
};
const orders = async (): Promise<string[]> => {
	const { body } = await here.shop.get(`/api/v1/orders?customer_id=${BUYER}&limit=200`, admin());
	return body.items.map(({ id }: { id: string }) => id);
};
const orderDoor = () => doors.find(({ route }) => route.idempotency === "required") as Door;

test(
	"INV-05 the same product in two lines is added up: what two lines want together is there, or nothing is sold",
	async () => {
		const before = await stock();
		const halves = (quantity: number) =>
			withLines(Array(2).fill({ product_id: "1", quantity, location: "Magasin 1" }));
		const door = orderDoor();
		const refused = await send(door, halves(Math.floor(before / 2) + 1)(door), "?wait=true");
		expect({ status: refused.status, code: json(refused).code }).toEqual({
			status: 409,
			code: "OUT_OF_STOCK",
		});
		expect(await stock()).toBe(before);
		const sold = await send(door, halves(1)(door), "?wait=true");
		expect({ status: sold.status, text: sold.text.slice(0, 300) }).toMatchObject({ status: 201 });
		expect(await stock()).toBe(before - 2);
	},
	within(30_000),
);

test(
	"D4 a request repeated with its key has one answer and one order, twenty times at once too; with another body 409",
	async () => {
		const door = orderDoor();
		const before = await orders();
		const key = { "Idempotency-Key": randomUUID() };
		const first = await send(door, { headers: key }, "?wait=true");
		const again = await send(door, { headers: key }, "?wait=true");
		expect(json(again)).toMatchObject({ saga_id: json(first).saga_id });
		expect([again.status, again.text]).toEqual([first.status, first.text]);
		expect((await orders()).length).toBe(before.length + 1);

		const other = await send(
			door,
			{ headers: key, ...withLine({ quantity: 2 })(door) },
			"?wait=true",
		);
		expect(faultIn(other, [409])).toEqual([]);
		expect(json(other).code).toBe("IDEMPOTENCY_KEY_REUSED");

		const burst = { "Idempotency-Key": randomUUID() };
		const all = await Promise.all(Array.from({ length: 20 }, () => send(door, { headers: burst })));
		const taken = all.filter(({ status }) => status !== 409);
		expect(new Set(taken.map((one) => json(one).saga_id)).size).toBe(1);
		expect(taken.map(({ status }) => status).every((status) => status < 300)).toBe(true);
		const last = await send(door, { headers: burst }, "?wait=true");
		expect([200, 201]).toContain(last.status);
		expect((await orders()).length).toBe(before.length + 2);
	},
	within(30_000),
);

test("D4 a key that is missing or malformed is refused where one is needed", async () => {
	const door = orderDoor();
	for (const key of ["", "short", "x".repeat(65)]) {
		const heard = await send(door, { headers: { "Idempotency-Key": key } });
		expect({ key, faults: faultIn(heard, [400]) }).toEqual({ key, faults: [] });
		expect(json(heard).code).toBe("IDEMPOTENCY_KEY_REQUIRED");
	}
	expect(doors.every(({ route, body }) => checks(route.body as Schema)(body))).toBe(true);
});
