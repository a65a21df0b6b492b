import { firstBreak, GENESIS } from "../../services/audit/chain.ts";
import type { EventRow } from "../../services/audit/event.ts";
import { rows } from "../support/ledgers.ts";
import type { Checks, Evidence } from "./checks.ts";
import { KEEPERS } from "./readers.ts";

interface Announced {
	message_id: string;
	type: string;
	key: string;
	key_seq: number;
	body: string;
	seq: number;
	causation_id: string | null;
}

const announced = (data_dir: string, producer: string) =>
	rows<Announced>(
		data_dir,
		producer,
		`select message_id, type, key, key_seq, body, seq, headers->>'causation_id' as causation_id
		from outbox order by seq`,
	);
export const stored = (data_dir: string) =>
	rows<EventRow>(data_dir, "audit", "select * from event order by position");
const lasts = (data_dir: string, producer: string) =>
	rows<{ key: string; last_seq: number }>(data_dir, producer, "select * from outbox_key");
const placeOf = ({ key, key_seq }: { key: string; key_seq: number }) => `${key}#${key_seq}`;

/** Of what was committed, word for word, all is in the event store, and nothing else is. */
function published({ data_dir }: Evidence): string[] {
	const kept = Map.groupBy(stored(data_dir), ({ producer }) => producer);
	return KEEPERS.flatMap((producer) => {
		const committed = new Map(announced(data_dir, producer).map((one) => [one.message_id, one]));
		const invented = (kept.get(producer) ?? []).filter(({ message_id, ...row }) => {
			const one = committed.get(message_id);
			committed.delete(message_id);
			return !one || placeOf(one) !== placeOf(row) || worded(one.body) !== row.data;
		});
		return [
			...[...committed.values()].map((one) => `lost: ${one.type} ${placeOf(one)} of ${producer}`),
			...invented.map((row) => `not as committed: ${row.type} ${placeOf(row)} of ${producer}`),
		];
	});
}
const worded = (body: string) => JSON.stringify(JSON.parse(body));

/** Positions are gapless, the chain holds, and each key stands in its order. */
function storeInOrder({ data_dir }: Evidence): string[] {
	const all = stored(data_dir);
	const broken = firstBreak(all, { position: 0, hash: GENESIS });
	const [head] = rows<{ position: number; hash: string }>(data_dir, "audit", "select * from head");
	const last = all.at(-1);
	const isWhole = head?.position === (last?.position ?? 0) && head.hash === (last?.hash ?? GENESIS);
	const next = new Map<string, number>();
	const disorder = all.flatMap((row) => {
		const name = `${row.producer} ${row.key}`;
		const due = (next.get(name) ?? 0) + 1;
		next.set(name, row.key_seq);
		return row.key_seq === due ? [] : [`${name}: ${row.key_seq} stands where ${due} is due`];
	});
	return [
		...(broken ? [`the chain breaks at ${broken.position}`] : []),
		...(isWhole ? [] : [`the head is at ${head?.position}, the last event at ${last?.position}`]),
		...disorder,
	];
}

/** Numbers of a key are dense, and its facts left in their order. */
function feedsInOrder({ data_dir }: Evidence): string[] {
	return KEEPERS.flatMap((producer) => {
		const feed = rows<{ key: string; key_seq: number; feed_seq: number | null }>(
			data_dir,
			producer,
			"select key, key_seq, feed_seq from outbox order by feed_seq",
		);
		const at = new Map<string, number>();
		const found = feed.flatMap(({ key, key_seq, feed_seq }) => {
			const due = (at.get(key) ?? 0) + 1;
			at.set(key, key_seq);
			const isRight = key_seq === due && feed_seq !== null;
			return isRight ? [] : [`${producer} ${key}: ${key_seq} left as ${feed_seq}, ${due} was due`];
		});
		const short = lasts(data_dir, producer).filter(({ key, last_seq }) => at.get(key) !== last_seq);
		return [...found, ...short.map(({ key }) => `${producer} ${key}: its last fact is not there`)];
	});
}

/** Each reader is at the end of each key that it hears, and has put nothing aside. */
function allHeard({ data_dir, hearing }: Evidence): string[] {
	return [...hearing].flatMap(([reader, producers]) => {
		const marks = rows<{ producer: string; key: string; last_seq: number; parked: number }>(
			data_dir,
			reader,
			"select * from inbox",
		);
		const at = new Map(marks.map((mark) => [`${mark.producer} ${mark.key}`, mark]));
		const behind = producers.flatMap((producer) =>
			lasts(data_dir, producer).flatMap(({ key, last_seq }) => {
				const mark = at.get(`${producer} ${key}`);
				return mark?.last_seq === last_seq && !mark.parked
					? []
					: [`${reader} is at ${mark?.last_seq ?? 0} of ${last_seq} of ${producer} ${key}`];
			}),
		);
		const letters = rows<{ key: string; error: string }>(
			data_dir,
			reader,
			"select * from dead_letter",
		);
		return [...behind, ...letters.map(({ key, error }) => `${reader} gave up ${key}: ${error}`)];
	});
}

/** What a reader says because of facts it says once for each, in the order of their key. */
function reactedInOrder({ data_dir, hearing }: Evidence): string[] {
	const causes = new Map(stored(data_dir).map((row) => [row.message_id, row]));
	return [...hearing.keys()].flatMap((reader) => {
		const said = new Set<string>();
		const at = new Map<string, number>();
		return announced(data_dir, reader).flatMap((one) => {
			const cause = causes.get(one.causation_id ?? "");
			if (!cause || cause.producer === reader) return [];
			const saying = `${one.type} of ${one.key} because of ${cause.type} ${placeOf(cause)}`;
			const name = `${one.type} ${cause.producer} ${cause.key}`;
			const isLate = cause.key_seq < (at.get(name) ?? 0);
			const isTwice = said.has(saying);
			at.set(name, Math.max(at.get(name) ?? 0, cause.key_seq));
			said.add(saying);
			return [
				...(isTwice ? [`${reader} said twice: ${saying}`] : []),
				...(isLate ? [`${reader} said out of order: ${saying}`] : []),
			];
		});
	});
}

export const deliveryChecks: Checks = {
	"G14 G15 CLM-11 D13 I8 what was published is what was committed, word for word": published,
	"G14 AUD-04 I8 the event store is gapless, its chain holds, each key stands in order":
		storeInOrder,
	"G14 I8 each key is dense in its outbox, and left in order": feedsInOrder,
	"G14 CLM-11 I8 every reader has heard all of each key, and parked nothing": allHeard,
	"G14 U-22 I8 each fact is reacted to once, in the order of its key": reactedInOrder,
};
