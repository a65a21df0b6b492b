import type { Context, Service } from "moleculer";
import { type Letter, letterBehind, letterNotFound } from "../lib/letters.ts";
import type { DeadLetter } from "./delivery/tables.ts";
import type { Inbox } from "./inbox.mixin.ts";

type Host = Service & Inbox;
const LIMIT = 100;

/** The handlers of `letterEntries`, for a service that has the mixin `inbox`. */
export const letterActions = {
	async deadLetters(this: Host, ctx: Context<{ limit?: number }>) {
		return { items: (await this.deadLetters(ctx.params.limit ?? LIMIT)).map(shown) };
	},
	async redriveLetter(this: Host, ctx: Context<{ message_id: string }>) {
		const { producer, key } = await letterOf(this, ctx.params.message_id);
		return { applied: await this.redrive(producer, key) };
	},
	async discardLetter(this: Host, ctx: Context<{ message_id: string; reason: string }>) {
		const { message_id, reason } = ctx.params;
		const { producer, key } = await letterOf(this, message_id);
		if (await this.discard(producer, key, reason, message_id)) return;
		await letterOf(this, message_id); // another operator may have been faster
		throw letterBehind({ id: message_id, key });
	},
};

async function letterOf(host: Host, message_id: string): Promise<DeadLetter> {
	const letter = await host.findLetter(message_id);
	if (!letter) throw letterNotFound({ id: message_id });
	return letter;
}

function shown({ body, parked_at, discarded: _, ...letter }: DeadLetter): Letter {
	const { event, version } = body;
	return { ...letter, event, version, parked_at: new Date(parked_at).toISOString() };
}
