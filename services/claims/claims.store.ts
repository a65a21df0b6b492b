import Type from "typebox";
import { cursorOf, LIMIT, paged, placeIn } from "../../lib/cursor.ts";
import { decode, type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { applied, type ClaimEvent, fold, type Happening, isOver, stateAfter } from "./claim.ts";
import { Claim, type ClaimStatus } from "./claims.contract.ts";
import { transitions, type Waiting } from "./refund.ts";

const EVENTS_MAX = 100; // the longest life has nine

const heads = table("claim", Claim, "id");
const history = table(
	"claim_event",
	Type.Object({
		claim_id: Type.String(),
		version: Type.Integer(),
		type: Type.Enum(Object.keys(stateAfter) as (keyof typeof stateAfter)[]),
		data: Type.Object({}),
		at: Type.String(),
		actor: Type.String(),
	}),
	"claim_id",
	"version",
);
const waiting = table(
	"claim_waiting",
	Type.Object({
		claim_id: Type.String(),
		step: Type.Enum(Object.keys(transitions) as (keyof typeof transitions)[]),
		said: Type.Object({}),
		actor: Type.String(),
	}),
	"claim_id",
	"step",
);

/** The claim that its events make. In a unit of work nobody else changes it until the end. */
export async function findClaim(db: Reader, id: string): Promise<Claim | undefined> {
	const head = await db.find(heads, { id });
	return head && fold(await listEvents(db, id));
}

export async function listEvents(db: Reader, claim_id: string): Promise<ClaimEvent[]> {
	const rows = await db.list(history, { claim_id }, { order: "version", limit: EVENTS_MAX });
	return rows.map(({ claim_id: _, ...event }) => event as ClaimEvent);
}

/** Keeps what has happened, and the claim that it makes: both, or neither. */
export async function append(
	tx: Tx,
	before: Claim | undefined,
	happened: readonly (Happening & { actor: string })[],
): Promise<Claim> {
	const at = new Date().toISOString();
	const first = (before?.version ?? 0) + 1;
	const events = happened.map((one, index): ClaimEvent => ({ ...one, version: first + index, at }));
	const claim = events.reduce<Claim | undefined>(applied, before);
	if (!claim) throw new Error("Nothing has happened to no claim");
	const { id: claim_id } = claim;
	await tx.insertAll(
		history,
		events.map((event) => ({ claim_id, ...event })),
	);
	await tx.save(heads, claim);
	if (isOver(claim)) await tx.remove(waiting, { claim_id });
	return claim;
}

export async function listWaiting(db: Reader, claim_id: string): Promise<Waiting[]> {
	return (await db.list(waiting, { claim_id })).map(({ claim_id: _, ...one }) => one);
}

/** Keeps a fact until the claim has come to where it belongs. */
export async function addWaiting(tx: Tx, claim_id: string, one: Waiting): Promise<void> {
	await tx.claim(waiting, { claim_id, ...one });
}

export async function removeWaiting(tx: Tx, claim_id: string, { step }: Waiting): Promise<void> {
	await tx.remove(waiting, { claim_id, step });
}

interface Asked {
	limit?: number;
	cursor?: string;
	status?: ClaimStatus;
	customer_id?: string;
	/** Sold there, or filed there. */
	store?: string | undefined;
}

/** Claims, the latest first. */
export async function pageOfClaims(db: Reader, asked: Asked) {
	const { limit = LIMIT, cursor, status, customer_id, store } = asked;
	const [id] = cursor ? placeIn(cursor, [Type.String()]) : [];
	const conditions: [sql: string, value: unknown][] = [
		["id < $id", id],
		["status = $status", status],
		["customer_id = $customer_id", customer_id],
		["(location_id = $store or filed_in = $store)", store],
	];
	const where = conditions.filter(([, value]) => value !== undefined).map(([sql]) => sql);
	const bind = { id, status, customer_id, store };
	const rows = await db.query<Claim>(
		`select * from claim ${where.length > 0 ? `where ${where.join(" and ")}` : ""}
		order by id desc limit ${limit + 1}`,
		Object.fromEntries(Object.entries(bind).filter(([, value]) => value !== undefined)),
	);
	const claims = rows.map((row) => decode(heads, row));
	return paged(claims, limit, (last) => cursorOf([last.id]));
}
