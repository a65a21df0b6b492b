import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Context, Service } from "moleculer";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event, type Fact, type Recorded } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import { type Database, database, type Tx } from "../../mixins/database.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { audit } from "../../services/audit/audit.contract.ts";
import auditService from "../../services/audit/audit.service.ts";
import { hashOf } from "../../services/audit/chain.ts";
import type { EventRow } from "../../services/audit/event.ts";
import { as, broker } from "./broker.ts";
import { isPostgres } from "./dialect.ts";
import { until } from "./until.ts";

const params = { room: Type.String(), texts: Type.Array(Type.String()) };
/** A context that tells what it is told to tell. */
export const desk = contract("desk", {
	note: action({ params }),
	noted: event({ room: Type.String(), text: Type.String() }, { about: "room:{room}" }),
	closed: event({ room: Type.String(), by: Type.String() }, { about: "room:{room}" }),
});
const deskService = service(desk, {
	mixins: [database, outbox],
	actions: {
		async note(ctx) {
			const { room, texts } = ctx.params;
			await this.db.write(async (tx) => {
				for (const text of texts) await this.announce(tx, desk.noted({ room, text }), ctx);
			});
		},
	},
});

interface Archive extends Service {
	db: Database;
	anchor(): Promise<void>;
	keep(tx: Tx, fact: Recorded): Promise<void>;
	announce(tx: Tx, fact: Fact): Promise<void>;
}

export const auditor = as("auditor");
export const file = join(process.env.RETAIL_DATA_DIR ?? "", "audit.anchors");

/** The event store beside a desk: what the desk notes, it keeps. */
export function office(more: Parameters<typeof broker>[0] = []) {
	const here = broker([deskService, auditService, ...more]);
	const host = () => here.getLocalService("audit") as Archive;
	const rows = <Row extends object = EventRow>(sql = "select * from event order by position") =>
		host().db.read((db) => db.query<Row>(sql));
	const head = async () => (await audit.feed(here, { after: 0, limit: 1 })).head;
	return {
		here,
		host,
		rows,
		head,
		/** Answers once all of it is in the store. */
		async note(
			room: string,
			texts: readonly string[],
			calling: Parameters<Context["call"]>[2] = {},
		) {
			const before = await head();
			await desk.note(here, { room, texts: [...texts] }, calling as object);
			await until(head, (now) => now >= before + texts.length);
		},
		verify: (asked = {}) => audit.verify(here, asked, auditor),
		/** Around the code, and around the triggers: what who holds the file can do. */
		tamper: (sql: string) => host().db.write((tx) => tx.script(`${UNLOCK}${sql}`)),
	};
}

const onTable = (name: string) => (isPostgres ? ` on ${name}` : "");
export const UNLOCK = [
	...["event_never_changes", "event_never_goes", "event_only_follows"].map(
		(trigger) => `drop trigger if exists ${trigger}${onTable("event")};`,
	),
	...["head_never_goes", "head_only_advances"].map(
		(trigger) => `drop trigger if exists ${trigger}${onTable("head")};`,
	),
].join(" ");

const quoted = (value: unknown) =>
	value === null || typeof value === "number"
		? String(value)
		: `'${String(value).replaceAll("'", "''")}'`;

/** Rewrites the chain as one would who knows how it is made: all seals fit, from there to the head. */
export function rewritten(rows: readonly EventRow[], from: number, data: string): string {
	let prev_hash = rows[from - 2]?.hash ?? "0".repeat(64);
	const sql = rows.slice(from - 1).map((row) => {
		const changed = { ...row, prev_hash, ...(row.position === from && { data }) };
		prev_hash = hashOf(changed);
		return `update event set data = ${quoted(changed.data)}, prev_hash = '${changed.prev_hash}', hash = '${prev_hash}' where position = ${row.position};`;
	});
	return `${sql.join("\n")} update head set hash = '${prev_hash}';`;
}

export const anchorLines = () => readFileSync(file, "utf8").split("\n").filter(Boolean);
export const setAnchors = (text: string) => writeFileSync(file, text);
