import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Id, Instant, pageOf, paging, Text } from "../../lib/fields.ts";
import {
	Letter,
	letterBehind,
	letterEntries,
	letterFails,
	letterNotFound,
} from "../../lib/letters.ts";
import { inBody, refusal } from "../../lib/refusal.ts";
import { type Projection, projectionNotFound } from "../reporting/reporting.contract.ts";

export const aggregateNotFound = refusal("AGGREGATE_NOT_FOUND", 404, {
	fr: "Aucun événement sur {key}",
	en: "No event about {key}",
});
export const replayNotFound = refusal("REPLAY_NOT_FOUND", 404, {
	fr: "Relecture {id} introuvable",
	en: "Replay {id} not found",
});
export const rangeInvalid = refusal("RANGE_INVALID", 422, {
	fr: "L'étendue va de {from_seq} à {to_seq} : elle doit avancer, et finir au plus à {head}",
	en: "The range goes from {from_seq} to {to_seq}: it must go forward, and end at {head} at most",
});
export const unknownTarget = inBody(projectionNotFound);

/** A place in the one order of all events: 1, 2, 3, … */
const Position = Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER });
const Count = Type.Integer({ minimum: 0 });
const Millis = Type.Integer({ description: "epoch milliseconds" });
const Bag = Type.Record(Type.String(), Type.Unknown());
const Headers = Type.Record(Type.String(), Type.String());
const Name = Text(100);

/** A recorded fact as followers read it, in the order of positions. */
export const FeedItem = Type.Object({
	position: Position,
	message_id: Type.String(),
	event: Type.String(),
	version: Type.Integer(),
	producer: Type.String(),
	key: Type.String(),
	key_seq: Type.Integer(),
	payload: Bag,
	headers: Headers,
	occurred_at: Millis,
	recorded_at: Millis,
});
export type FeedItem = Static<typeof FeedItem>;

const Actor = Type.Object({
	id: Type.String(),
	type: Type.Optional(Type.String()),
	location_id: Type.Optional(Type.String()),
});

/** An event of the store, with its links of the chain. */
export const StoredEvent = Type.Object({
	position: Position,
	message_id: Type.String(),
	type: Type.String(),
	version: Type.Integer(),
	producer: Type.String(),
	key: Type.String(),
	key_seq: Type.Integer(),
	data: Bag,
	metadata: Headers,
	actor: Type.Optional(Actor),
	correlation_id: Type.Optional(Type.String()),
	occurred_at: Instant,
	recorded_at: Instant,
	prev_hash: Type.String(),
	hash: Type.String(),
});
export type StoredEvent = Static<typeof StoredEvent>;

/** Who did what to what, when, and in which request. */
export const LogEntry = Type.Object({
	id: Type.String(),
	position: Position,
	at: Instant,
	recorded_at: Instant,
	actor: Type.Optional(Type.String()),
	role: Type.Optional(Type.String()),
	location_id: Type.Optional(Type.String()),
	action: Type.String(),
	entity: Type.String(),
	entity_id: Type.String(),
	/** What the fact says; `before`, what the last one about the same thing said. */
	after: Bag,
	before: Type.Optional(Bag),
	correlation_id: Type.Optional(Type.String()),
});
export type LogEntry = Static<typeof LogEntry>;

/**
 * `edited`: a row is not what was sealed. `removed`: one is missing. `reordered`: one stands where
 * another was. `truncated`: the end is missing. `forked`: whole rows, but not those that followed,
 * or that were anchored. `unanchored`: what was written outside of the database is missing or not ours.
 */
export const FaultKind = Type.Enum([
	"edited",
	"removed",
	"reordered",
	"truncated",
	"forked",
	"unanchored",
]);
export type FaultKind = Static<typeof FaultKind>;
export const Fault = Type.Object({ position: Position, kind: FaultKind, detail: Type.String() });
export type Fault = Static<typeof Fault>;

export const Verdict = Type.Object({
	valid: Type.Boolean(),
	checked: Count,
	from: Position,
	/** The last event that was looked at. */
	position: Count,
	head: Count,
	/** How many anchors outside of the database were compared. */
	anchors: Count,
	/** Where to go on, when this was not all. */
	next_from: Type.Optional(Position),
	first_fault: Type.Optional(Fault),
});
export type Verdict = Static<typeof Verdict>;

export const ReplayJob = Type.Object({
	id: Type.String(),
	target: Type.String(),
	from_seq: Position,
	to_seq: Count,
	status: Type.Enum(["PENDING", "RUNNING", "DONE", "FAILED"]),
	error: Type.Optional(Type.String()),
	requested_by: Type.String(),
	requested_at: Instant,
	finished_at: Type.Optional(Instant),
});
export type ReplayJob = Static<typeof ReplayJob>;
/** How far a projection is, as its owner says. */
export type Follower = Pick<Projection, "position" | "state" | "progress">;
const Replay = Type.Object({
	...ReplayJob.properties,
	progress: Type.Number({ minimum: 0, maximum: 1 }),
});
export type Replay = Static<typeof Replay>;

const FoundLetter = Type.Object({
	id: Type.String(),
	context: Type.String(),
	...Letter.properties,
});
export type FoundLetter = Static<typeof FoundLetter>;

const reads = ["auditor", "admin"] as const;
const operates = ["admin"] as const;
const period = { from: Type.Optional(Instant), to: Type.Optional(Instant) };
const correlation_id = Type.Optional(Name);
const aggregate = {
	type: Type.String({ pattern: "^[a-z][a-z_-]{0,39}$", example: "order" }),
	id: Text(120),
};
const LetterId = Type.String({ pattern: "^[a-z]{1,40}\\.[A-Za-z0-9_-]{1,60}$" });
const job = { job_id: Type.String(), target: Type.String(), from_seq: Position, to_seq: Count };
const act = { act: Name, target: Type.Optional(Text(200)), reason: Type.Optional(Text(500)) };
const operated = { roles: operates, idempotency: "optional", limit: "write" } as const;

export const audit = contract("audit", {
	...letterEntries,

	feed: action({
		summary: "Recorded facts after a position, in order; `audit.appended` hints at new ones",
		repeatable: true,
		params: {
			after: Count,
			limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
		},
		returns: Type.Object({ items: Type.Array(FeedItem), head: Count }),
	}),

	logs: action({
		summary:
			"Who did what, the latest first: people, unless `who=all`; with a correlation id, all that came of a request",
		rest: "GET /audit/logs",
		aliases: ["GET /api/audit/logs"],
		roles: reads,
		repeatable: true,
		params: {
			...paging,
			...period,
			who: Type.Optional(Type.Enum(["people", "all"])),
			actor: Type.Optional(Name),
			role: Type.Optional(Name),
			action: Type.Optional(Name),
			type: Type.Optional(Name),
			entity: Type.Optional(Name),
			entity_id: Type.Optional(Text(120)),
			correlation_id,
			diff: Type.Optional(Type.Boolean()),
		},
		returns: pageOf(LogEntry),
	}),
	verify: action({
		summary: "Prove that no event was altered: walks the chain, compares the anchors kept outside",
		rest: "GET /audit/verify",
		roles: reads,
		limit: "report",
		repeatable: true,
		bulkhead: { enabled: true, concurrency: 2, maxQueueSize: 8 },
		params: {
			from: Type.Optional(Position),
			limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000_000 })),
		},
		returns: Verdict,
		refusals: [rangeInvalid],
	}),
	watch: action({
		summary: "Anchor the head outside of the database, and verify where the last watch ended",
		params: {},
		returns: Verdict,
	}),

	events: action({
		summary: "Events in the order in which they were recorded",
		rest: "GET /events",
		roles: reads,
		repeatable: true,
		params: {
			...paging,
			...period,
			type: Type.Optional(Name),
			/** `order` for all orders, `order:ord_…` for one. */
			aggregate: Type.Optional(Text(160)),
			producer: Type.Optional(Name),
			from_seq: Type.Optional(Position),
			correlation_id,
		},
		returns: pageOf(StoredEvent),
	}),
	aggregate: action({
		summary: "The history of one thing: all that was ever said of it, in order",
		rest: "GET /events/aggregates/:type/:id",
		roles: reads,
		key: "id",
		repeatable: true,
		params: { ...paging, ...aggregate },
		returns: pageOf(StoredEvent),
		refusals: [aggregateNotFound],
	}),
	state: action({
		summary: "What was known of a thing at a time: the data of its events, merged in order",
		rest: "GET /events/aggregates/:type/:id/state",
		roles: reads,
		key: "id",
		repeatable: true,
		params: { ...aggregate, at: Type.Optional(Instant) },
		returns: Type.Object({
			key: Type.String(),
			at: Instant,
			/** How many events made it. */
			version: Count,
			last_event: Type.String(),
			last_position: Position,
			state: Bag,
		}),
		refusals: [aggregateNotFound],
	}),

	replay: action({
		summary: "Make a projection again from the store; the range is what its progress is counted in",
		rest: "POST /events/replay",
		...operated,
		status: 202,
		location: "/api/v1/events/replay/{id}",
		params: {
			target: Id,
			from_seq: Type.Optional(Position),
			to_seq: Type.Optional(Position),
		},
		returns: Replay,
		refusals: [unknownTarget, rangeInvalid],
	}),
	replayStatus: action({
		summary: "How far a replay is",
		rest: "GET /events/replay/:job",
		roles: operates,
		key: "job",
		repeatable: true,
		params: { job: Id },
		returns: Replay,
		refusals: [replayNotFound],
	}),
	continueReplays: action({
		summary: "Begin replays that a crash or an outage has left, and close those that are done",
		params: {},
		returns: Type.Object({ open: Count }),
	}),

	letters: action({
		summary: "Facts that contexts could not apply, of all contexts or one; `away` did not answer",
		rest: "GET /dead-letters",
		roles: reads,
		repeatable: true,
		params: {
			context: Type.Optional(Type.String({ pattern: "^[a-z]{1,40}$" })),
			limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })),
		},
		returns: Type.Object({ items: Type.Array(FoundLetter), away: Type.Array(Type.String()) }),
	}),
	retryDeadLetter: action({
		summary: "Have a parked fact applied, and those of its key behind it",
		rest: "POST /dead-letters/:id/retry",
		...operated,
		params: { id: LetterId },
		returns: Type.Object({ id: Type.String(), applied: Count }),
		refusals: [letterNotFound, letterFails],
	}),
	discardDeadLetter: action({
		summary: "Let go of a parked fact, for a reason; it is kept as evidence",
		rest: "POST /dead-letters/:id/discard",
		...operated,
		params: { id: LetterId, reason: Text(500) },
		returns: Type.Object({ id: Type.String() }),
		refusals: [letterNotFound, letterBehind],
	}),

	record: action({
		summary: "Keep an operator's act at another door, told before it is carried out",
		params: act,
	}),

	acted: event(act, { about: "act:{act}" }),
	integrity_violated: event(Fault.properties, { about: "chain:events" }),
	replay_asked: event(job, { about: "replay:{job_id}" }),
	replayed: event(job, { about: "replay:{job_id}" }),
	/** An operator's word on a dead letter, told before it is carried out. */
	dead_letter_commanded: event(
		{
			id: Type.String(),
			context: Type.String(),
			message_id: Type.String(),
			op: Type.Enum(["retry", "discard"]),
			reason: Type.Optional(Type.String()),
		},
		{ about: "dead_letter:{id}" },
	),
});
