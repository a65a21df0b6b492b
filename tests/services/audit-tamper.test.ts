import { readFileSync } from "node:fs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { registry } from "../../config/metrics.ts";
import { signed } from "../../services/audit/anchor.ts";
import { audit, type FaultKind } from "../../services/audit/audit.contract.ts";
import type { EventRow } from "../../services/audit/event.ts";
import { anchorLines, file, office, rewritten, setAnchors } from "../support/audit.ts";
import { as } from "../support/broker.ts";
import { until } from "../support/until.ts";

const { here, host, rows, note, verify, tamper } = office();
const EVENTS = 40;

let untouched: EventRow[];
let anchors: string;
const gauge = async () => Number(/^audit_chain_valid (\d)/m.exec(await registry.metrics())?.[1]);

beforeAll(async () => {
	await here.start();
	await note(
		"blue",
		Array.from({ length: EVENTS / 2 }, (_, n) => `blue ${n}`),
	);
	await host().anchor();
	await note(
		"red",
		Array.from({ length: EVENTS / 2 }, (_, n) => `red ${n}`),
	);
	await tamper(
		"create table original as select * from event; create table original_head as select * from head",
	);
	untouched = await rows();
	anchors = readFileSync(file, "utf8");
});
afterAll(() => here.stop());

/** As it was, once all alarms have come. */
beforeEach(async () => {
	await restore();
	await until(
		async () => (await rows<{ late: number }>(LATE))[0]?.late,
		(late) => late === 0,
	);
	await restore();
	expect(await verify()).toMatchObject({ valid: true, checked: EVENTS });
	expect(await gauge()).toBe(1);
});
const LATE = `select coalesce((select last_seq from outbox_key where key = 'chain:events'), 0)
	- coalesce((select last_seq from inbox where key = 'chain:events'), 0) as late`;
const restore = async () => {
	await tamper(`delete from event; insert into event select * from original;
		delete from head; insert into head select * from original_head`);
	setAnchors(anchors);
};

const swapped = (columns: string[], one: number, other: number) =>
	columns.map(
		(column) =>
			`${column} = (select ${column} from original where position = ${one} + ${other} - event.position)`,
	);
const CONTENT = Object.keys({
	type: 0,
	key: 0,
	message_id: 0,
	key_seq: 0,
	data: 0,
	metadata: 0,
	occurred_at: 0,
	correlation_id: 0,
});
const swap = (columns: string[], one: number, other: number) =>
	`delete from event where position in (${one}, ${other});
	insert into event select * from original where position in (${one}, ${other});
	update event set message_id = message_id || 'x', key_seq = key_seq + 1000 where position in (${one}, ${other});
	update event set ${swapped(columns, one, other)} where position in (${one}, ${other})`;
const whole = (one: number, other: number) => `
	create table if not exists held as select * from event where 1 = 0; delete from held;
	insert into held select * from event where position in (${one}, ${other});
	delete from event where position in (${one}, ${other});
	update held set position = ${one} + ${other} - position;
	insert into event select * from held`;

const attacks: [what: string, sql: string | (() => string), kind: FaultKind, position: number][] = [
	[
		"one field of an event is changed",
		`update event set data = '{"room":"blue","text":"nothing"}' where position = 7`,
		"edited",
		7,
	],
	[
		"its time is changed",
		"update event set occurred_at = occurred_at - 1 where position = 7",
		"edited",
		7,
	],
	["who did it is taken away", "update event set metadata = '{}' where position = 1", "edited", 1],
	[
		"its hash is changed",
		`update event set hash = '${"f".repeat(64)}' where position = 9`,
		"edited",
		9,
	],
	["a row in the middle is deleted", "delete from event where position = 12", "removed", 12],
	["the first row is deleted", "delete from event where position = 1", "removed", 1],
	["several are deleted", "delete from event where position between 12 and 15", "removed", 12],
	[
		"a row is deleted, and those behind it close the gap",
		`delete from event where position = 12;
		update event set position = position + 1000 where position > 12;
		update event set position = position - 1001 where position > 1000;
		update head set position = position - 1`,
		"removed",
		12,
	],
	["two neighbours are swapped", whole(17, 18), "reordered", 17],
	["two that stand apart are swapped", whole(5, 33), "reordered", 5],
	["what two events say is swapped", swap(CONTENT, 8, 9), "reordered", 8],
	["the tail is cut", "delete from event where position > 35", "truncated", 36],
	["all is deleted", "delete from event", "truncated", 1],
	[
		"the tail is cut to less than was anchored, and the head set back to fit",
		() => cut(15),
		"truncated",
		16,
	],
	[
		"the head is set back",
		() => `update head set position = 30, hash = '${untouched[29]?.hash}'`,
		"forked",
		31,
	],
	["the head is removed", "delete from head", "forked", 1],
	[
		"the head is given another hash",
		`update head set hash = '${"f".repeat(64)}'`,
		"forked",
		EVENTS,
	],
	[
		"an event is changed and sealed anew, alone",
		() => rewritten(untouched, 11, "{}").split("\n")[0] as string,
		"forked",
		12,
	],
	[
		"all is rewritten from an event on, with the head: only the anchors know",
		() => rewritten(untouched, 11, "{}"),
		"forked",
		20,
	],
	[
		"the whole chain is rewritten, with the head",
		() => rewritten(untouched, 1, "{}"),
		"forked",
		20,
	],
];

const cut = (last: number) => `delete from event where position > ${last};
	update head set position = ${last}, hash = '${untouched[last - 1]?.hash}'`;

describe("AUD-04 verify finds, and names, that", () => {
	test.each(attacks)("%s", async (_, sql, kind, position) => {
		await tamper(typeof sql === "string" ? sql : sql());
		const { valid, first_fault } = await verify();
		expect({ valid, first_fault }).toEqual({
			valid: false,
			first_fault: { kind, position, detail: expect.any(String) },
		});
		expect(await gauge()).toBe(0);
	});

	test("an anchor was signed by another, or is gone", async () => {
		const anchor = { position: 20, hash: untouched[19]?.hash ?? "", at: new Date().toISOString() };
		setAnchors(anchors + signed(anchor, "another key"));
		expect(await verify()).toMatchObject({ valid: false, first_fault: { kind: "unanchored" } });
		setAnchors("");
		expect(await verify()).toMatchObject({ valid: false, first_fault: { kind: "unanchored" } });
	});
});

test("AUD-04 a long chain is verified in parts, each from where the last ended", async () => {
	const first = await verify({ limit: 15 });
	expect(first).toMatchObject({ valid: true, checked: 15, position: 15, next_from: 16 });
	const second = await verify({ from: first.next_from });
	expect(second).toMatchObject({ valid: true, checked: 25, from: 16, position: 40 });
	expect(second.next_from).toBeUndefined();
	await tamper("update event set data = '{}' where position = 3");
	expect(await verify({ from: 16 })).toMatchObject({ valid: true });
	expect(await gauge()).toBe(1); // it was found valid as a whole, and nobody has looked since
	expect(await audit.watch(here, {}, as("service"))).toMatchObject({ valid: false });
	expect(await gauge()).toBe(0);
	await verify({ from: 16 });
	expect(await gauge()).toBe(0);
	anchors = readFileSync(file, "utf8"); // the watch has added one
});

test("AUD-04 a fault is announced once, and heard by the store itself; a line cut short by a power cut is none", async () => {
	await tamper("update event set data = '{}' where position = 3");
	await verify();
	await verify();
	const told = () =>
		rows<{ n: number }>(
			"select count(*) as n from event where type = 'audit.integrity_violated' and data like '%\"position\":3,%'",
		);
	expect(await until(told, ([found]) => (found?.n ?? 0) > 0)).toEqual([{ n: 1 }]);
	setAnchors(`${anchors}{"position": 41, "ha`);
	await tamper(
		"update event set data = (select data from original where position = 3) where position = 3",
	);
	expect(await verify()).toMatchObject({ valid: true });
	await host().anchor();
	expect(await verify()).toMatchObject({ valid: true, anchors: 3 });
	expect(anchorLines().length).toBe(3 + 2); // of the start, ours and the watch's; the torn, the new
});
