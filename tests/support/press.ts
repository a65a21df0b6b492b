import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event, type Heard } from "../../lib/fact.ts";
import { letterEntries } from "../../lib/letters.ts";
import { mixin, service } from "../../lib/service.ts";
import { type Database, database, type Tx } from "../../mixins/database.mixin.ts";
import { inboxWith } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { IDENTITY } from "./dialect.ts";

const fields = { topic: Type.String(), text: Type.String() };
const Copy = Type.Object({ topic: Type.String(), texts: Type.Array(Type.String()) });

/** Announces what it is told to print; its own table holds what has really committed. */
export const press = contract("press", {
	print: action({ params: { topic: Type.String(), texts: Type.Array(Type.String()) } }),
	printed: event(fields, { about: "topic:{topic}" }),
	torn: event(fields, { about: "topic:{topic}" }),
});

const made = (sql: string) =>
	mixin<object, { db: Database }>({
		started() {
			return this.db.write((tx) => tx.script(`create table if not exists ${sql}`));
		},
	});

export const pressService = service(press, {
	mixins: [database, made(`page (n ${IDENTITY}, topic text, text text)`), outbox],
	actions: {
		async print(ctx) {
			const { topic, texts } = ctx.params;
			await this.db.write(async (tx) => {
				for (const text of texts) {
					await tx.query("insert into page (topic, text) values ($topic, $text)", { topic, text });
					await this.announce(tx, press.printed({ topic, text }), ctx);
				}
				if (texts.includes("tear")) throw new Error("torn");
			});
		},
	},
});

export interface Kiosk {
	/** Called before a fact is kept: a test may make it throw. */
	before?(fact: Heard<typeof press.printed>): void | Promise<void>;
	retries_ms?: number[];
}

/** Keeps what it hears, in the order in which it hears it. */
export function kiosk(name: string, { before, retries_ms = [10, 10] }: Kiosk = {}) {
	const shelf = contract(name, {
		...letterEntries,
		read: action({ params: {}, returns: Type.Array(Copy) }),
		shelved: event({ topic: Type.String(), text: Type.String() }, { about: "shelf:{topic}" }),
	});
	return service(shelf, {
		mixins: [
			database,
			made(`copy (n ${IDENTITY}, topic text, text text, key_seq bigint)`),
			outbox,
			inboxWith({ retries_ms }),
		],
		actions: {
			...letterActions,
			async read() {
				const rows = await this.db.read((db) =>
					db.query<{ topic: string; text: string }>("select topic, text from copy order by n"),
				);
				const topics = Map.groupBy(rows, ({ topic }) => topic);
				return [...topics].map(([topic, all]) => ({ topic, texts: all.map(({ text }) => text) }));
			},
		},
		events: {
			async [press.printed.event](tx: Tx, fact: Heard<typeof press.printed>) {
				await before?.(fact);
				const { payload, key_seq } = fact;
				await tx.query("insert into copy (topic, text, key_seq) values ($topic, $text, $key_seq)", {
					...payload,
					key_seq,
				});
				await this.announce(tx, shelf.shelved(payload));
			},
		},
	});
}
