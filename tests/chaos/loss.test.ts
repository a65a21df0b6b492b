import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import { seeded } from "../support/simulate-clock.ts";
import { checks } from "./checks.ts";
import { planOf } from "./faults.ts";
import { report } from "./report.ts";
import { run, type Shown, WATCHED } from "./run.ts";
import { tampered } from "./tamper.ts";
import { vacuity } from "./vacuity.ts";

jest.setTimeout(240_000);

/** The whole of it is `npm run chaos`. */
const WANTED = {
	...({ database: "sqlite", seed: 11, orders: 120, claims: 30, work_ms: 0 } as const),
	...{ nats: 3, wipes: 1, rollbacks: 1, postgres: 0, processes: 4, freezes: 0 },
	...{ lost: 1, doubled: 5, down_ms: 1_000, rest_ms: 60_000, appointments_ms: 0 },
};
let shown: Shown;
const said: string[] = [];

beforeAll(async () => {
	shown = await run({ ...WANTED, print: (line) => said.push(line) });
});
afterAll(() => shown?.remove());

test("G15 D13 CLM-11 it was no quiet day: orders and claims ran, some were undone, each fault met some, streams were lost and filled again, facts came twice", () => {
	console.info([...said, ...report(shown)].join("\n"));
	expect(vacuity(shown, WANTED)).toEqual([]);
	expect(shown.struck).toHaveLength(WANTED.nats + WANTED.processes);
});

test.each([...Object.keys(checks), ...WATCHED])("%s", (name) => {
	const found = shown.findings.find(({ check }) => check === name);
	expect(found).toEqual({ check: name, count: 0, examples: [] });
});

const [PUBLISHED, STORE, FEEDS, HEARD, REACTED] = Object.keys(checks) as [
	string,
	string,
	string,
	string,
	string,
];
const named = (start: string) => Object.keys(checks).find((name) => name.startsWith(start)) ?? "";
const ANY = "(select rowid from outbox where type = 'orders.confirmed' limit 1)";
const TWO = `(select a.position as first, b.position as second from event a join event b
	using (producer, key) where a.key_seq = 1 and b.key_seq = 2 limit 1)`;

/** The checks are worth what they find: each is shown what it must not miss. */
const TAMPERINGS: [what: string, context: string, sql: string, check: string][] = [
	[
		"a fact that the event store lacks",
		"audit",
		"delete from event where position = 40",
		PUBLISHED,
	],
	[
		"a fact that was never committed",
		"orders",
		`delete from outbox where rowid = ${ANY}`,
		PUBLISHED,
	],
	[
		"a fact that says something else than was committed",
		"orders",
		`update outbox set body = json_set(body, '$.total_cents', 1) where rowid = ${ANY}`,
		PUBLISHED,
	],
	[
		"an edited fact",
		"audit",
		"update event set data = json_set(data, '$.id', 'x') where position = 40",
		STORE,
	],
	[
		"two facts of a key that have changed places",
		"audit",
		`create temp table pair as select * from ${TWO};
		update event set position = 1000000 where position = (select first from pair);
		update event set position = (select first from pair) where position = (select second from pair);
		update event set position = (select second from pair) where position = 1000000;`,
		STORE,
	],
	["the tail of the store cut off", "audit", "delete from event where position > 500", STORE],
	[
		"a number of a key left out",
		"orders",
		"update outbox set key_seq = key_seq + 1 where seq = (select max(seq) from outbox)",
		FEEDS,
	],
	[
		"a fact that left before the one before it",
		"orders",
		"update outbox set feed_seq = 1000000 - feed_seq",
		FEEDS,
	],
	[
		"a reader that has missed a fact",
		"notifications",
		"update inbox set last_seq = last_seq - 1 where rowid = (select max(rowid) from inbox)",
		HEARD,
	],
	["a reader that never heard of a key", "claims", "delete from inbox where rowid = 9", HEARD],
	["a key that is parked", "carts", "update inbox set parked = 1 where rowid = 9", HEARD],
	[
		"a reaction that happened twice",
		"payments",
		`insert into outbox (message_id, type, version, key, key_seq, body, headers, created_at)
		select 'msg_again', type, version, key, key_seq + 100, body, headers, created_at from outbox
		where type = 'payments.refund_requested' limit 1`,
		REACTED,
	],
	[
		"a row of a projection that was edited",
		"reporting",
		"update rm_claim set amount_cents = amount_cents + 1 where rowid = (select min(rowid) from rm_claim)",
		named("G16"),
	],
	[
		"a row of a projection that is missing",
		"reporting",
		"delete from rm_sales_total where rowid = (select min(rowid) from rm_sales_total)",
		named("G16"),
	],
	[
		"a payment taken twice",
		"provider",
		`insert into charge select key || '-again', amount_cents, 0, status, failure_code,
			provider_ref || '-again', created_at from charge
		where status = 'captured' and key not like 'demo:%' limit 1`,
		named("D6 I1"),
	],
	[
		"goods that came back twice",
		"inventory",
		"update stock_level set on_hand = on_hand + 1 where product_id = '1' and location_id = 'online'",
		named("D12 I2"),
	],
	[
		"a saga that has not ended",
		"saga",
		"update saga set finished_at = null, wake_at = 1 where rowid = (select max(rowid) from saga)",
		named("G17"),
	],
	[
		"a transition that is missing",
		"saga",
		"delete from saga_history where seq = 2 and saga_id = (select max(saga_id) from saga)",
		named("G11"),
	],
	[
		"a claim whose refund the provider declined",
		"provider",
		`update charge_refund set status = 'declined' where key =
			(select key from charge_refund where key like 'claim:%' and status = 'succeeded' limit 1)`,
		named("CLM-15 each claim has ended"),
	],
	[
		"a claim that is not what its events make of it",
		"claims",
		"update claim set status = 'CLOSED' where rowid in (select rowid from claim where status <> 'CLOSED')",
		named("CLM-15 AUD-05"),
	],
	[
		"a step undone before a later one",
		"saga",
		`update saga_history set seq = (select min(seq) - 0.5 from saga_history as h
			where h.saga_id = saga_history.saga_id and direction = 'undo' and outcome = 'OK')
		where (saga_id, seq) in (select saga_id, max(seq) from saga_history
			where direction = 'undo' and outcome = 'OK' group by saga_id having count(*) > 1)`,
		named("G6 G8 I5"),
	],
	[
		"a writer of an earlier epoch",
		"saga",
		"update saga_history set epoch = 0 where seq = 3",
		named("I6"),
	],
	[
		"a row that its history does not make",
		"saga",
		`update saga set doc = json_set(doc, '$.message', 'x')
		where rowid = (select max(rowid) from saga where kind = 'orchestrated')`,
		named("G11 D15 I7"),
	],
	[
		"two sagas for one order",
		"saga",
		`drop index saga_by_order_key; drop index saga_by_business_key;
		update saga set business_key = (select max(business_key) from saga where status = 'COMPLETED')
		where status = 'COMPLETED'`,
		named("G1 I11"),
	],
	[
		"goods held again after they were let go",
		"inventory",
		`update stock_movement set seq = seq + 1000000 where type = 'reserve'
			and ref_id in (select ref_id from stock_movement where type = 'release')`,
		named("G4 G5 LOAD-07 I3 units"),
	],
	[
		"money given back twice",
		"provider",
		`insert into charge_refund (key, charge_key, amount_cents, created_at, status)
		select key || nth, key, 1, created_at, 'succeeded'
		from charge, (select '-first' as nth union select '-second')
		where key = (select min(key) from charge where status = 'captured')`,
		named("G4 G5 LOAD-07 I3 the bank"),
	],
	[
		"an order cancelled twice",
		"orders",
		`insert into order_history select order_id, max(version) + 1, null, 'CANCELLED', max(at), actor
		from order_history where "to" = 'CANCELLED' group by order_id limit 1`,
		named("G4 G5 LOAD-07 I3 an order"),
	],
	[
		"an order that waits for its payment for ever",
		"orders",
		`update orders set status = 'PENDING', payment_id = null
		where id = (select max(id) from orders where status = 'CONFIRMED' and saga_id is not null)`,
		named("D14"),
	],
	[
		"a message sent twice",
		"notifications",
		`insert into notification select id || 'x', recipient_type, recipient_id, channel, template, payload,
			locale, status, attempts, error, dedupe_key || 'x', created_at, due_at, sent_at, read_at
		from notification where template = 'order_confirmed' limit 1`,
		named("U-22 NOT-04"),
	],
];
const lawOf = (check: string) => /\bI\d+\b/.exec(check)?.[0] ?? check.split(" ")[0];
test.each(
	TAMPERINGS.map(([what, context, sql, check]) => ({
		what,
		context,
		sql,
		check,
		law: lawOf(check),
	})),
)("$law: the checks find $what", async ({ context, sql, check }) => {
	const { count } = await tampered(shown.evidence, { context, sql, check });
	expect(count).toBeGreaterThan(0);
});

test("the same seed gives the same faults, another gives others; none is rolled back before there is a copy", () => {
	const names = ["gateway", "saga", "audit"];
	const plan = (seed: number) => planOf(seeded(seed), WANTED, names);
	expect(plan(1)).toEqual(plan(1));
	expect(plan(1)).not.toEqual(plan(2));
	for (let seed = 0; seed < 200; seed++) {
		const stores = plan(seed).flatMap((fault) => (fault.kind === "nats" ? fault.store : []));
		expect(stores.toSorted()).toEqual(["kept", "rolled back", "wiped"]);
		expect(stores[0]).toBe("kept");
	}
});
