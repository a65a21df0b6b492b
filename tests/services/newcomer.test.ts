import { afterAll, beforeAll, expect, test } from "@jest/globals";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event, type Heard } from "../../lib/fact.ts";
import { letterEntries } from "../../lib/letters.ts";
import { mixin, service } from "../../lib/service.ts";
import { type Database, database, type Tx, table } from "../../mixins/database.mixin.ts";
import { inbox } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { customers } from "../../services/customers/customers.contract.ts";
import customersService from "../../services/customers/customers.service.ts";
import { as } from "../support/broker.ts";
import { bearer, identityStub, type Shop, shop } from "../support/gateway.ts";
import { until } from "../support/until.ts";

/** A context that nobody knew of: it reacts to a fact, has one of its own, and an endpoint. */
const Welcome = Type.Object({ customer_id: Type.String(), greetings: Type.Integer() });
const greetings = contract("greetings", {
	...letterEntries,
	list: action({
		summary: "Customers that were greeted",
		rest: "GET /greetings",
		roles: ["admin"],
		params: {},
		returns: Type.Object({ items: Type.Array(Welcome) }),
	}),
	sent: event(Welcome.properties, { about: "greeting:{customer_id}" }),
});
const welcomes = table("welcome", Welcome, "customer_id");
const tables = mixin<object, { db: Database }>({
	started() {
		return this.db.write((tx) =>
			tx.script("create table welcome (customer_id text primary key, greetings bigint not null)"),
		);
	},
});
const greetingsService = service(greetings, {
	mixins: [database, tables, outbox, inbox],
	actions: {
		...letterActions,
		list() {
			return this.db.read(async (db) => ({ items: await db.list(welcomes) }));
		},
	},
	events: {
		async [customers.created.event](tx: Tx, { payload }: Heard<typeof customers.created>) {
			const welcome = { customer_id: payload.customer_id, greetings: 1 };
			await tx.insert(welcomes, welcome);
			await this.announce(tx, greetings.sent(welcome));
		},
	},
});

/** And one that hears the newcomer's own fact, as unknown to it as it is to the others. */
const archive: string[] = [];
const archiveService = service(contract("archive", {}), {
	mixins: [database, inbox],
	actions: {},
	events: {
		async [greetings.sent.event](_: Tx, { payload }: Heard<typeof greetings.sent>) {
			archive.push(payload.customer_id);
		},
	},
});

let town: Shop;
beforeAll(async () => {
	town = await shop([identityStub, customersService]);
});
afterAll(() => town.broker.stop());

test("DEP-17 CLM-12 a handler, a fact and an endpoint are added to what runs, and nothing of it is changed", async () => {
	const path = "/api/v1/greetings";
	const ask = () => town.ask(path, { headers: bearer("admin") });
	expect((await ask()).status).toBe(404);

	for (const added of [greetingsService, archiveService]) town.broker.createService(added);
	await town.broker.waitForServices(["greetings", "archive"]);
	await until(async () => (await ask()).status === 200);
	const person = {
		first_name: "Ana",
		last_name: "Roy",
		email: "ana@example.com",
		locale: "fr" as const,
	};
	const { id } = await customers.create(
		town.broker,
		person,
		as("store_manager", { location_id: "1" }),
	);

	const { body } = await until(ask, (answer) =>
		answer.body.items.some((one: { customer_id: string }) => one.customer_id === id),
	);
	expect(body.items).toContainEqual({ customer_id: id, greetings: 1 });
	// Who comes late hears what was told before it came: the demo's customers, too.
	expect(body.items).toContainEqual({ customer_id: "1", greetings: 1 });
	await until(() => archive.includes(id) && archive.length === body.items.length);

	expect((await town.ask(path, { headers: bearer("customer.1") })).status).toBe(403);
	const { body: described } = await town.ask("/openapi.json");
	expect(described.paths).toHaveProperty([path]);
	expect(await greetings.deadLetters(town.broker, {})).toEqual({ items: [] });
});
