import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { audit } from "../../services/audit/audit.contract.ts";
import {
	type Projection,
	projectionNotFound,
	reporting,
} from "../../services/reporting/reporting.contract.ts";
import { auditor, office } from "../support/audit.ts";
import { as } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { stub } from "../support/stub.ts";
import { until } from "../support/until.ts";

/** A projection of texts by room, fed by the store alone. */
const shelf = {
	position: 0,
	rooms: {} as Record<string, string[]>,
	state: "LIVE" as Projection["state"],
};
const outage: { error?: Error; slow?: Promise<void> } = {};
let rebuilds = 0;

async function follow() {
	for (;;) {
		const { items, head } = await audit.feed(here, { after: shelf.position, limit: 7 });
		for (const { position, payload, event } of items) {
			shelf.position = position;
			if (event === "desk.noted")
				shelf.rooms[payload.room as string] = [
					...(shelf.rooms[payload.room as string] ?? []),
					payload.text as string,
				];
		}
		if (shelf.position >= head) return;
	}
}
const view = async (): Promise<Projection> => {
	const { head } = await audit.feed(here, { after: 0, limit: 1 });
	const { position, state } = shelf;
	return { name: "rm_rooms", position, state, lag_events: head - position, lag_seconds: 0 };
};
const { here, note, rows } = office([
	stub(reporting, {
		projections: async () => ({ items: [await view()] }),
		async rebuild({ params }) {
			if (outage.error) throw outage.error;
			if (params.projection !== "rm_rooms") throw projectionNotFound({ name: params.projection });
			rebuilds++;
			Object.assign(shelf, { position: 0, rooms: {}, state: "REBUILDING" });
			void (outage.slow ?? Promise.resolve()).then(follow).then(() => {
				shelf.state = "LIVE";
			});
			return view();
		},
	}),
]);
const admin = as("admin");
const replay = (asked: object = {}, more = admin) =>
	audit.replay(here, { target: "rm_rooms", ...asked }, more);
const status = (job: string) => audit.replayStatus(here, { job }, admin);

beforeAll(async () => {
	await here.start();
	await note(
		"blue",
		Array.from({ length: 20 }, (_, n) => `blue ${n}`),
	);
	await note(
		"red",
		Array.from({ length: 10 }, (_, n) => `red ${n}`),
	);
	await follow();
});
afterAll(() => here.stop());
beforeEach(() => {
	delete outage.error;
	delete outage.slow;
});

test("AUD-03 a projection rebuilt from the store equals the live one, and its job says how far it is", async () => {
	const live = structuredClone(shelf.rooms);
	const { promise, resolve } = Promise.withResolvers<void>();
	outage.slow = promise;
	const asked = await replay();
	expect(asked).toMatchObject({
		id: expect.stringMatching(/^rpy_/),
		target: "rm_rooms",
		from_seq: 1,
		to_seq: 30,
		status: "RUNNING",
		requested_by: "test_admin",
	});
	expect(await status(asked.id)).toMatchObject({ status: "RUNNING", progress: 0 });
	expect(shelf.rooms).toEqual({});
	resolve();
	const done = await until(
		() => status(asked.id),
		(seen) => seen.status === "DONE",
	);
	expect(done).toMatchObject({ progress: 1, finished_at: expect.any(String) });
	expect(shelf.rooms).toEqual(live);
	expect(await status(asked.id)).toEqual(done);
	const told = await until(
		() => rows("select * from event where producer = 'audit' order by position"),
		(seen) => seen.length === 2,
	);
	expect(told.map(({ type, actor }) => [type, actor])).toEqual([
		["audit.replay_asked", "test_admin"],
		["audit.replayed", null],
	]);
});

test("AUD-03 asked twice by one key it is one job", async () => {
	const before = rebuilds;
	const keyed = as("admin", {}, { idempotency_key: "again", idempotency_hash: "same" });
	const [first, second] = [await replay({}, keyed), await replay({}, keyed)];
	expect(second.id).toBe(first.id);
	expect(rebuilds).toBe(before + 1);
});

test("AUD-03 while its projection is away a job waits, and is begun once it is back", async () => {
	outage.error = new Error("away");
	const { id } = await replay();
	expect(await status(id)).toMatchObject({ status: "PENDING", progress: 0 });
	delete outage.error;
	await audit.continueReplays(here, {}, as("service"));
	await until(
		() => audit.continueReplays(here, {}, as("service")),
		({ open }) => open === 0,
	);
	expect(await status(id)).toMatchObject({ status: "DONE" });
});

test.each([
	["an unknown target", { target: "rm_nothing" }, "PROJECTION_NOT_FOUND", 422],
	["a range beyond the head", { to_seq: 1_000_000 }, "RANGE_INVALID", 422],
	["a range that goes back", { from_seq: 9, to_seq: 3 }, "RANGE_INVALID", 422],
	["a place before the first", { from_seq: 0 }, "VALIDATION_ERROR", 422],
])("AUD-03 %s is refused, and leaves no job", async (_, asked, type, code) => {
	const told = () => rows("select message_id from outbox order by message_id");
	const before = await told();
	const jobs = await rows("select * from replay_job");
	expect(await failure(replay(asked))).toMatchObject({ type, code });
	expect(await rows("select * from replay_job")).toEqual(jobs);
	expect(await told()).toEqual(before);
});

test("AUD-03 only an administrator replays", async () => {
	expect(await failure(replay({}, auditor))).toMatchObject({ type: "FORBIDDEN" });
	expect(await failure(status("rpy_none"))).toMatchObject({ type: "REPLAY_NOT_FOUND", code: 404 });
});
