import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { ServiceSchema } from "moleculer";
import { contract } from "../../lib/contract.ts";
import type { Recorded } from "../../lib/fact.ts";
import { letterEntries } from "../../lib/letters.ts";
import { service } from "../../lib/service.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { inboxWith } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { audit } from "../../services/audit/audit.contract.ts";
import { auditor, desk, office } from "../support/audit.ts";
import { as } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { stub } from "../support/stub.ts";
import { until } from "../support/until.ts";

let isBroken = true;
/** Fails on every note, until it is mended. */
const reader = (name: string): ServiceSchema =>
	service(contract(name, { ...letterEntries }), {
		mixins: [database, inboxWith({ retries_ms: [] })],
		actions: { ...letterActions },
		events: {
			async [desk.noted.event](_: Tx, fact: Recorded) {
				if (isBroken) throw new Error(`no room for ${(fact.payload as { text: string }).text}`);
			},
		},
	});
const gone = contract("gone", { deadLetters: letterEntries.deadLetters });
const goneService = stub(gone, { deadLetters: () => Promise.reject(new Error("gone")) });
const { here, note, rows } = office([reader("hall"), reader("attic"), goneService]);
const admin = as("admin");
const letters = (asked = {}) => audit.letters(here, asked, auditor);
const idsIn = async (context: string) => (await letters({ context })).items.map(({ id }) => id);

beforeAll(async () => {
	await here.start();
	await note("blue", ["one", "two"]);
	await note("red", ["un"]);
	await until(letters, ({ items }) => items.length === 6);
});
afterAll(() => here.stop());

test("CLM-14 AUD-02 one door shows what every context has parked, and says who is away", async () => {
	const { items, away } = await letters();
	expect(away).toEqual(["gone"]);
	expect(new Set(items.map(({ context }) => context))).toEqual(new Set(["hall", "attic"]));
	expect(items[0]).toMatchObject({
		id: `${items[0]?.context}.${items[0]?.message_id}`,
		event: "desk.noted",
		key: expect.stringMatching(/^room:/),
		error: expect.stringContaining("no room"),
	});
	expect(await letters({ context: "hall" })).toMatchObject({ away: [], items: { length: 3 } });
	expect(await letters({ context: "nobody" })).toEqual({ items: [], away: [] });
});

test("CLM-14 a retry that fails again is refused with the reason; once mended it applies all of the key", async () => {
	const parked = (await letters({ context: "hall" })).items;
	const { id = "" } = parked.find(({ key }) => key === "room:blue") ?? {};
	const retry = () => audit.retryDeadLetter(here, { id }, admin);
	expect(await failure(retry())).toMatchObject({ type: "DEAD_LETTER_FAILS", code: 409 });
	isBroken = false;
	expect(await retry()).toEqual({ id, applied: 2 });
	expect(await failure(retry())).toMatchObject({ type: "DEAD_LETTER_NOT_FOUND", data: { id } });
	expect(await idsIn("hall")).toHaveLength(1);
});

test("CLM-14 one that is discarded lets its key go on", async () => {
	const [id = ""] = await idsIn("attic");
	await audit.discardDeadLetter(here, { id, reason: "a duplicate of a drill" }, admin);
	expect(await idsIn("attic")).not.toContain(id);
});

test("AUD-07 every command on a dead letter is an event, by the person who gave it, and so in the log", async () => {
	const commands = () => audit.logs(here, { entity: "dead_letter" }, auditor);
	const { items } = await until(commands, (seen) => seen.items.length === 3);
	expect(
		items.map(({ actor, role, after: { op, context, reason } }) => [
			actor,
			role,
			op,
			context,
			reason,
		]),
	).toEqual([
		["test_admin", "admin", "discard", "attic", "a duplicate of a drill"],
		["test_admin", "admin", "retry", "hall", undefined],
		["test_admin", "admin", "retry", "hall", undefined],
	]);
});

test.each([
	["of a context that there is not", "nobody.msg_1"],
	["that there is not", "hall.msg_1"],
])("CLM-14 a letter %s is not found, and nothing is told of it", async (_, id) => {
	const told = () => rows("select * from event where producer = 'audit'");
	const before = await told();
	for (const asked of [
		audit.retryDeadLetter(here, { id }, admin),
		audit.discardDeadLetter(here, { id, reason: "x" }, admin),
	])
		expect(await failure(asked)).toMatchObject({ type: "DEAD_LETTER_NOT_FOUND", code: 404 });
	expect(await failure(audit.retryDeadLetter(here, { id }, auditor))).toMatchObject({
		type: "FORBIDDEN",
	});
	expect(await told()).toEqual(before);
});
