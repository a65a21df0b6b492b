import { headersOf } from "../../lib/http.ts";
import { newId } from "../../lib/ids.ts";
import { scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { newSecret } from "../../lib/webhook.ts";
import { database } from "../../mixins/database.mixin.ts";
import { patientInbox } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { mail } from "../../mixins/mail.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { participant } from "../../mixins/participant.mixin.ts";
import { webhook } from "../../mixins/webhook.mixin.ts";
import { factReactions } from "./facts.reactions.ts";
import { herald } from "./herald.store.ts";
import { recipientOf } from "./neighbours.ts";
import { dedupeKeyOf, isFor, namesAsked, namesOf, shown } from "./notification.ts";
import {
	notificationNotFound,
	notifications,
	unknownEvent,
	urlRefused,
} from "./notifications.contract.ts";
import * as store from "./notifications.store.ts";
import { postman } from "./postman.actions.ts";
import * as subscriptions from "./subscriptions.store.ts";

export default service(notifications, {
	mixins: [database, outbox, patientInbox, participant, mail, webhook, postman, herald],

	actions: {
		...letterActions,
		async list(ctx) {
			const { recipient_type, recipient_id, ...asked } = ctx.params;
			const names = namesAsked(ctx.params, scopeOf(ctx));
			const found = await this.db.read((db) => store.listFor(db, names, asked));
			return { ...found, items: found.items.map((kept) => shown(kept, localeOf(ctx))) };
		},
		async markRead(ctx) {
			const { id } = ctx.params;
			const names = namesOf(scopeOf(ctx));
			return this.db.write(async (tx) => {
				const kept = await store.findNotification(tx, id);
				if (!kept || !names.some((name) => isFor(name, kept))) throw notificationNotFound({ id });
				await store.noteRead(tx, id);
				return shown({ ...kept, ...(await store.findNotification(tx, id)) }, localeOf(ctx));
			});
		},
		async create(ctx) {
			const { title, text, channel = "in_app", ...named } = ctx.params;
			const recipient = await recipientOf(ctx, named);
			return this.once(ctx, async (tx) => {
				const payload = { title, text };
				const cause = newId("req");
				const notice = { ...recipient, channel, cause, template: "message", payload };
				await this.keep(tx, [notice]);
				return shown(await store.getByKey(tx, dedupeKeyOf(notice)), localeOf(ctx));
			});
		},

		async subscribe(ctx) {
			const { url, event_types } = ctx.params;
			const reason = this.whyRefused(url);
			if (reason) throw urlRefused({ reason });
			const event = event_types.find((name) => !EVENTS.includes(name));
			if (event) throw unknownEvent({ event, known: EVENTS.join(", ") });
			const made = { id: newId("whk"), secret: newSecret(), created_at: new Date().toISOString() };
			const row = {
				...made,
				url,
				event_types: [...new Set(event_types)],
				status: "ACTIVE" as const,
			};
			await this.db.write((tx) => subscriptions.addSubscription(tx, row));
			return row;
		},
		async unsubscribe({ params: { id } }) {
			const row = await this.db.write((tx) => subscriptions.endSubscription(tx, id));
			return subscriptions.withoutSecret(row);
		},
		async subscriptions({ params }) {
			const found = await this.db.read((db) => subscriptions.pageOfSubscriptions(db, params));
			return { ...found, items: found.items.map(subscriptions.withoutSecret) };
		},
		deliver() {
			return this.carry();
		},
	},

	events: factReactions,
});

/** What can be subscribed to: all that this context hears. */
const EVENTS = Object.keys(factReactions);

const localeOf = (ctx: Parameters<typeof headersOf>[0]) => headersOf(ctx).locale ?? "fr";
