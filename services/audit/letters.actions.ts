import type { Context, ServiceBroker } from "moleculer";
import { letterNotFound } from "../../lib/letters.ts";
import { saidAs } from "../../lib/refusal.ts";
import { type Mixin, page } from "../../lib/service.ts";
import type { Database, database } from "../../mixins/database.mixin.ts";
import { caused } from "../../mixins/delivery/cause.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { audit } from "./audit.contract.ts";
import { discardIn, lettersIn, redriveIn } from "./neighbours.ts";

const LIMIT = 100;
const LETTERS_MAX = 500;
const DOOR = ".deadLetters";

/** One door to what every context has parked; each command is an event of the store before it is carried out. */
export const lettersActions = page<typeof audit, [typeof database, typeof outbox]>()({
	async letters(ctx) {
		const { context, limit = LIMIT } = ctx.params;
		const asked = readersOf(this.broker).filter((one) => !context || one === context);
		const found = await Promise.all(
			asked.map(async (one) => ({ context: one, letters: await lettersIn(ctx, one, limit) })),
		);
		const items = found.flatMap(({ context: one, letters = [] }) =>
			letters.map((letter) => ({ id: `${one}.${letter.message_id}`, context: one, ...letter })),
		);
		items.sort((a, b) => (a.parked_at < b.parked_at ? -1 : 1));
		const away = found.filter(({ letters }) => !letters).map(({ context: one }) => one);
		return { items: items.slice(0, limit), away };
	},

	async retryDeadLetter(ctx) {
		const { id } = ctx.params;
		const { context, message_id } = await parked(this.broker, ctx, id);
		await told(this, ctx, { id, context, message_id, op: "retry" });
		const { applied } = await redriveIn(ctx, context, message_id).catch(said(id));
		return { id, applied };
	},

	async discardDeadLetter(ctx) {
		const { id, reason } = ctx.params;
		const { context, message_id } = await parked(this.broker, ctx, id);
		await told(this, ctx, { id, context, message_id, op: "discard", reason });
		await discardIn(ctx, context, message_id, reason).catch(said(id));
		return { id };
	},
});

/** The contexts that hear facts, as the registry knows them; some may be away. */
function readersOf({ registry }: ServiceBroker): string[] {
	const actions = registry.getActionList({ skipInternal: true }) as unknown as { name: string }[];
	const doors = actions.map(({ name }) => name).filter((name) => name.endsWith(DOOR));
	return doors.map((name) => name.slice(0, -DOOR.length)).sort();
}

/** A letter that is there, as far as its context tells: what is not is refused before it is told. */
async function parked(broker: ServiceBroker, ctx: Context, id: string) {
	const dot = id.indexOf(".");
	const [context, message_id] = [id.slice(0, dot), id.slice(dot + 1)];
	if (!readersOf(broker).includes(context)) throw letterNotFound({ id });
	const letters = await lettersIn(ctx, context, LETTERS_MAX);
	const isThere = letters?.some((letter) => letter.message_id === message_id) ?? true; // if away, it says so itself
	if (!isThere && (letters?.length ?? 0) < LETTERS_MAX) throw letterNotFound({ id });
	return { context, message_id };
}

type Host = { db: Database } & (typeof outbox extends Mixin<infer Adds> ? Adds : never);
type Command = Parameters<typeof audit.dead_letter_commanded>[0];

const told = (host: Host, ctx: Context, command: Command): Promise<void> =>
	caused(host.db, ctx)((tx) => host.announce(tx, audit.dead_letter_commanded(command)));

/** It has a name of its own at this door. */
const said = (id: string) => saidAs(letterNotFound, letterNotFound({ id }));
