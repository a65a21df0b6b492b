import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Fact, Recorded } from "../../../lib/fact.ts";
import { open } from "../../../mixins/database/open.ts";
import type { Choreography } from "../../../sagas/reaction.ts";
import { CHOREOGRAPHIES } from "../../../services/saga/definitions.ts";
import type { Observation } from "../../../services/saga/event.ts";
import type { Run, Write } from "../../../services/saga/journal.ts";
import { passedBy } from "../../../services/saga/reads.ts";
import type { State } from "../../../services/saga/state.ts";
import { runsOf } from "../../../services/saga/stories.store.ts";
import { expected, observe } from "../../../services/saga/story-fold.ts";
import { storiesOf } from "../../../services/saga/story-match.ts";
import { hearAll, write } from "../../../services/saga/story-record.ts";
import { view } from "../../../services/saga/view.ts";
import { claimTale, interleavings, orderTale, recorded, T0 } from "../../support/tale.ts";

const db = open("saga");
beforeAll(() => db.migrate());
afterAll(() => db.close());

const at = (minute: number) => new Date(T0 + minute * 60_000).toISOString();
const told = (...facts: Fact[]) => facts.map((fact, minute) => recorded(fact, minute));

/** Tells the facts, each in a commit of its own or all in one; answers the row, and what was said. */
async function play(facts: readonly Recorded[], isOneCommit = false) {
	await db.write((tx) =>
		tx.script("delete from saga; delete from saga_history; delete from observed"),
	);
	const says: string[] = [];
	const keep = async (tx: Parameters<typeof write>[0], writes: readonly Write[]) => {
		says.push(...writes.flatMap(({ decision }) => decision.says));
		return write(tx, writes);
	};
	for (const batch of isOneCommit ? [facts] : facts.map((fact) => [fact]))
		await db.write((tx) => hearAll(tx, batch.flatMap(storiesOf), keep));
	return db.read(async (read) => {
		const [row] = await read.query<{ saga_id: string }>("select saga_id from saga");
		if (!row) return { says, run: undefined, history: [], events: [] };
		const run = (await runsOf(read as never, [row.saga_id])).get(row.saga_id) as Run;
		const history = await passedBy(read, row.saga_id);
		const events = await read.query<{ event: string }>(
			"select event from saga_history order by seq",
		);
		return { says, run, history, events: events.map(({ event }) => JSON.parse(event)) };
	});
}

const byProducer = (a: Recorded, b: Recorded) =>
	b.producer.localeCompare(a.producer) || a.occurred_at - b.occurred_at;

/** Without what is minted, and what depends on the order of arrival: who hears of a rescue first sees no need. */
const story = ({ run, says }: Awaited<ReturnType<typeof play>>) => {
	const { saga_id: _, ...doc } = run?.state ?? {};
	return { doc, rev: run?.rev, said: says.filter((word) => word !== "blocked").sort() };
};

const claim = claimTale();
const order = orderTale();
const begun = [claim.submitted, claim.approved];
const given = [...begun, claim.requested, claim.refunded];
const stories: [name: string, facts: Fact[], ends: string][] = [
	[
		"CLM-07 a claim that is refunded and closed",
		[...given, claim.adjusted, claim.closed],
		"COMPLETED",
	],
	[
		"CLM-09 a claim whose refund is reversed",
		[...given, claim.unreturned, claim.reversed, claim.compensated],
		"COMPENSATED",
	],
	[
		"CLM-09 a claim whose refund is refused",
		[...begun, claim.requested, claim.refused, claim.handed],
		"COMPENSATED",
	],
	[
		"CLM-09 a claim whose refund stands, closed by hand",
		[...given, claim.unreturned, claim.stands, claim.handed, claim.closed],
		"COMPENSATED",
	],
	[
		"CLM-08 an order that is sold",
		[order.created, order.reserved, order.captured, order.confirmed],
		"COMPLETED",
	],
	[
		"CLM-08 an order out of stock",
		[order.created, order.short, order.cancelledShort],
		"COMPENSATED",
	],
	[
		"CLM-08 an order that is not paid",
		[order.created, order.reserved, order.declined, order.cancelledDeclined, order.released],
		"COMPENSATED",
	],
	[
		"CLM-08 an order that is paid and cannot be confirmed",
		[
			...[order.created, order.reserved, order.captured],
			...[order.cancelledLate, order.refunded, order.released],
		],
		"COMPENSATED",
	],
];

describe.each(stories)("%s", (_, facts, ends) => {
	test("SAG-27 is the same row in whatever order its facts come, with a gapless history", async () => {
		const inOrder = await play(told(...facts));
		const once = story(inOrder);
		expect(once.doc).toMatchObject({ status: ends, state: ends, wake_at: null });
		for (const other of interleavings(told(...facts))) {
			const heard = await play(other);
			expect(story(heard)).toEqual(once);
			expect(heard.history.map(({ seq }) => seq)).toEqual(
				Array.from({ length: facts.length + 1 }, (_, n) => n + 1),
			);
		}
		expect(story(await play(told(...facts), true))).toEqual(once);
	}, 60_000);

	test("G11 is the fold of its history", async () => {
		const { run, events } = await play(told(...facts).sort(byProducer));
		const { head, state } = run as Run;
		const of = CHOREOGRAPHIES.find(({ name }) => name === head.name) as Choreography;
		const [first, ...rest] = events as Observation[];
		const { at, input } = first as Observation & { type: "OPENED" };
		const folded = rest.reduce<State>(
			(before, event) => observe(of, before, event)?.state ?? before,
			expected(of, head.saga_id, at, input),
		);
		expect(JSON.parse(JSON.stringify(folded))).toEqual(state);
	});

	test("a repeated fact changes nothing", async () => {
		const twice = told(...facts).flatMap((fact) => [fact, fact]);
		expect(story(await play(twice))).toEqual(story(await play(told(...facts))));
	});
});

test("SAG-27 the whole story of a claim is one timeline, in the shape of a saga's", async () => {
	const [submitted, ...rest] = [...given, claim.adjusted, claim.closed] as Fact[];
	const { run, history, says } = await play(told(submitted as Fact, claim.review, ...rest));
	expect(says).toEqual(["started", "ended"]);
	const shown = view(run as Run, history);
	expect(shown).toMatchObject({
		name: "claim-refund",
		kind: "choreographed",
		status: "COMPLETED",
		message: "Réclamation remboursée",
		claim_id: "clm_1",
		order_id: "ord_1",
		customer_id: "1",
		created_at: at(2),
		finished_at: at(6),
		duration: 240,
	});
	expect(shown.steps).toEqual([
		expect.objectContaining({
			step: "APPROVE_CLAIM",
			status: "SUCCESS",
			started_at: at(0),
			duration: 120,
		}),
		expect.objectContaining({
			step: "REFUND",
			status: "SUCCESS",
			started_at: at(2),
			duration: 120,
		}),
		expect.objectContaining({ step: "RETURN_STOCK", status: "SUCCESS", attempts: 1, duration: 60 }),
		expect.objectContaining({
			step: "CLOSE_CLAIM",
			status: "SUCCESS",
			label: "Clôture de la réclamation",
		}),
	]);
	expect(shown.history).toMatchObject([
		{ seq: 1, at: at(0), event: "claims.submitted", actor: "claims", state: "PENDING" },
		{ seq: 2, at: at(1), event: "claims.review_started" },
		{ seq: 3, at: at(2), event: "claims.approved", label: "Réclamation acceptée" },
		{ seq: 4, at: at(3), event: "payments.refund_requested", actor: "payments" },
		{ seq: 5, at: at(4), event: "payments.refunded", label: "Remboursement fait" },
		{ seq: 6, at: at(5), event: "inventory.adjusted", label: "Stock ajusté" },
		{ seq: 7, at: at(6), event: "claims.closed", state: "COMPLETED" },
	]);
});

test("CLM-09 a refund that was taken back, one that was refused, one that stands: shown as what they are", async () => {
	const back = await play(told(...given, claim.unreturned, claim.reversed, claim.compensated));
	expect(back.says).toEqual(["started", "turned", "ended"]);
	expect(back.run?.state).toMatchObject({
		message: "Retour en stock refusé",
		error: { step: "RETURN_STOCK", type: "RETURN_REFUSED", message: "location archived" },
		exceptions: 0,
	});
	const [approved, refund, stock] = view(back.run as Run, []).steps;
	expect(approved?.compensation).toMatchObject({ step: "COMPENSATE_CLAIM", status: "SUCCESS" });
	expect(refund?.compensation).toMatchObject({ step: "REVERSE_REFUND", status: "SUCCESS" });
	expect(stock).toMatchObject({ step: "RETURN_STOCK", status: "FAILED" });

	const stuck = await play(told(...given, claim.unreturned, claim.stands, claim.handed));
	expect(stuck.says).toEqual(["started", "turned", "blocked"]);
	expect(stuck.run?.state).toMatchObject({ state: "FAILED", blocked: true, finished_at: null });
	const closed = await play(
		told(...given, claim.unreturned, claim.stands, claim.handed, claim.closed),
	);
	expect(closed.run?.state).toMatchObject({ state: "COMPENSATED", exceptions: 1, blocked: false });
	expect(view(closed.run as Run, []).steps[1]?.compensation?.status).toBe("FAILED");
});

test("SAG-04 CLM-08 an order shows the states and texts of an orchestrated one", async () => {
	const sold = await play(told(order.created, order.reserved, order.captured, order.confirmed));
	const states = (run: Run | undefined) => run?.state.story?.map(({ state }) => state);
	expect(states(sold.run)).toEqual([
		...["ORDER_CREATED", "STOCK_RESERVED", "PAYMENT_COMPLETED", "COMPLETED"],
	]);
	expect(sold.run?.head).toMatchObject({
		saga_id: "saga_told",
		order_id: "ord_1",
		customer_id: "1",
	});
	expect(sold.run?.state.message).toBe("Commande confirmée");
	const short = await play(told(order.created, order.short, order.cancelledShort));
	expect(short.run?.state).toMatchObject({
		message: "Stock insuffisant",
		error: { step: "RESERVE_STOCK", type: "OUT_OF_STOCK", code: 409, data: { available: 0 } },
	});
	expect(states(short.run)).toEqual(["ORDER_CREATED", "COMPENSATING", "COMPENSATED"]);
	const unpaid = [order.created, order.reserved, order.declined, order.cancelledDeclined];
	expect((await play(told(...unpaid))).run?.state).toMatchObject({
		state: "COMPENSATING",
		message: "Échec de la commande (checkout)",
		error: { type: "PAYMENT_DECLINED", code: 402 },
		finished_at: null,
	});
	const later = told(order.created, order.reserved, order.captured, order.confirmed);
	const cancelled = told(order.cancelledAfterwards, order.refunded);
	expect(story(await play([...later, ...cancelled]))).toEqual(story(await play(later)));
});

test("CLM-07 a claim that is rejected, and one that nobody approves, is no saga", async () => {
	expect((await play(told(claim.submitted, claim.review, claim.rejected))).run).toBeUndefined();
	expect(await db.read((read) => read.query("select name from observed"))).toEqual([]);
	expect((await play(told(claim.submitted, claim.handed, claim.closed))).run).toBeUndefined();
});

test("SAG-24 an end that follows from nothing heard is waited on for ten seconds, and is an end all the same", async () => {
	// By a sweep, 6 s later: nobody declined anything.
	const swept = [recorded(order.created, 0), recorded(order.cancelledDeclined, 0.1)];
	const { run } = await play(swept);
	const { head, state } = run as Run;
	expect(state).toMatchObject({ state: "ORDER_CREATED", finished_at: null });
	expect(state.wake_at).toBe(T0 + 16_000);
	const of = CHOREOGRAPHIES.find(({ name }) => name === head.name) as Choreography;
	const decision = observe(of, state, { type: "SILENT", at: state.wake_at ?? 0, random: 0 });
	expect(decision?.says).toEqual(["turned", "ended"]);
	expect(decision?.state).toMatchObject({
		state: "COMPENSATED",
		error: { type: "PAYMENT_DECLINED" },
	});
});
