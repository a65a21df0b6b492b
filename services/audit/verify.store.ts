import type { Database } from "../../mixins/database.mixin.ts";
import type { Anchors } from "./anchors.store.ts";
import type { Fault, FaultKind, Verdict } from "./audit.contract.ts";
import { type Break, belongsAt, firstBreak, GENESIS, type Place } from "./chain.ts";
import { after, type Ends, ends, hashAt, whereIs } from "./event.store.ts";
import type { EventRow } from "./event.ts";

const PAGE = 1_000;

export interface Walk {
	readonly from: number;
	/** How many events to look at, and for how long. */
	readonly limit: number;
	readonly limit_ms: number;
	/** What this process has anchored last: it must be in the file. */
	readonly known?: Place | undefined;
}

/** Walks the chain from a place on, and compares what is anchored of it, and how it ends. */
export async function verify(db: Database, kept: Anchors, walk: Walk): Promise<Verdict> {
	const until = performance.now() + walk.limit_ms;
	const head = await db.read(ends);
	const anchored = new Map(kept.anchors.map((anchor) => [anchor.position, anchor.hash]));
	const steps: Steps = { place: await before(db, walk.from), checked: 0, anchors: 0 };
	const isDue = () =>
		steps.place.position < head.position && steps.checked < walk.limit && performance.now() < until;
	let found: Fault | undefined;
	while (!found && isDue()) {
		const limit = Math.min(PAGE, walk.limit - steps.checked, head.position - steps.place.position);
		const rows = await db.read((read) => after(read, steps.place.position, limit));
		const broken = firstBreak(rows, steps.place) ?? missing(rows, steps.place);
		const whole = broken ? rows.filter(({ position }) => position < broken.position) : rows;
		found = compared(whole, anchored, steps);
		if (!found && broken) found = await named(db, broken, rows, head);
	}
	found ??= atTheEnd(head, steps.place, walk) ?? endOf(head, kept) ?? outside(kept, walk.known);
	const { position } = steps.place;
	return {
		valid: !found,
		checked: steps.checked,
		from: walk.from,
		position,
		head: head.position,
		anchors: steps.anchors,
		...(!found && position < head.position && { next_from: position + 1 }),
		...(found && { first_fault: found }),
	};
}

interface Steps {
	place: Place;
	checked: number;
	anchors: number;
}

/** Goes over rows that follow each other; stops at one that was another when it was anchored. */
function compared(rows: readonly EventRow[], anchored: ReadonlyMap<number, string>, steps: Steps) {
	for (const { position, hash } of rows) {
		const said = anchored.get(position);
		if (said !== undefined) steps.anchors++;
		if (said !== undefined && said !== hash)
			return fault("forked", position, "is not what was anchored");
		steps.place = { position, hash };
		steps.checked++;
	}
	return undefined;
}

/** The last row is the one that the head names. */
const atTheEnd = (head: Ends, { position, hash }: Place, { from }: Walk): Fault | undefined =>
	position === head.position && position >= from && hash !== head.hash
		? fault("forked", position, "is not what the head says")
		: undefined;

const fault = (kind: FaultKind, position: number, detail: string): Fault => ({
	kind,
	position,
	detail: `event ${position} ${detail}`,
});

/** The row in front of the walk is believed: whoever looked there before has looked at it. */
async function before(db: Database, from: number): Promise<Place> {
	if (from === 1) return { position: 0, hash: GENESIS };
	const hash = await db.read((read) => hashAt(read, from - 1));
	return { position: from - 1, hash: hash ?? "" };
}

const missing = (rows: readonly EventRow[], { position }: Place): Break | undefined =>
	rows.length === 0 ? { position: position + 1, isWhole: true } : undefined;

/** What the two ends say of each other. */
function endOf(head: Ends, { anchors }: Anchors): Fault | undefined {
	if (head.last < head.position)
		return fault("truncated", head.last + 1, `and those behind it, to ${head.position}, are gone`);
	if (head.last > head.position)
		return fault("forked", head.position + 1, "stands behind the head: the head was set back");
	const last = anchors.at(-1);
	if (last && last.position > head.position)
		return fault("truncated", head.position + 1, `is gone: ${last.position} was anchored`);
	return undefined;
}

function outside({ anchors, foreign }: Anchors, known: Place | undefined): Fault | undefined {
	if (foreign > 0)
		return { kind: "unanchored", position: 1, detail: `${foreign} anchors are not signed by us` };
	const isKept = ({ position, hash }: Place) =>
		anchors.some((anchor) => anchor.position === position && anchor.hash === hash);
	if (known && !isKept(known))
		return fault("unanchored", Math.max(1, known.position), "was anchored, and its anchor is gone");
	return undefined;
}

/** What has been done to the row where the chain breaks. */
async function named(
	db: Database,
	{ position, row, isWhole }: Break,
	rows: readonly EventRow[],
	head: Ends,
): Promise<Fault> {
	if (!row && position > head.last)
		return fault("truncated", position, `and those behind it, to ${head.position}, are gone`);
	if (!row) return fault("removed", position, "is missing");
	if (isWhole) return fault("forked", position, "is whole, but does not follow the one before it");
	const around = await db.read((read) => whereIs(read, row));
	const places = [(around.before ?? 0) + 1, (around.behind ?? 0) - 1, ...near(position)];
	const place = places.find((one) => belongsAt(row, one));
	if (place !== undefined && place > position && around.before === undefined)
		return fault("removed", position, `is missing: ${place} stands in its place`);
	const other = rows.find((one) => belongsAt(row, one.position, one));
	const whence = place ?? other?.position;
	if (whence !== undefined) return fault("reordered", position, `is where ${whence} was`);
	return fault("edited", position, "is not what was sealed");
}

const NEAR = 200;
const near = (position: number) =>
	Array.from({ length: 2 * NEAR }, (_, at) => position - NEAR + at).filter((one) => one > 0);
