import { env } from "../../config/env.ts";
import { newKey } from "../../lib/api-key.ts";
import { afterId, LIMIT, paged } from "../../lib/cursor.ts";
import { page } from "../../lib/service.ts";
import type { database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { type ApiKey, type Consumer, identity, unauthenticated } from "./identity.contract.ts";
import * as store from "./keys.store.ts";

const USE_NOTED_MS = 60_000; // to the minute: a write for each call would be the dearest part of it

/** Of whom nothing else is said: every role, at the usual pace. */
const PLAN = { scopes: ["*"], unlimited: false };

export const keyActions = page<typeof identity, [typeof database, typeof outbox]>()({
	createKey({ params }) {
		const { key, kept } = newKey();
		const plan = { ...PLAN, ...params };
		return this.db.write(async (tx) => {
			const row = await store.addKey(tx, plan, kept);
			await this.announce(tx, identity.key_created(named(row)));
			return { ...shown(row), key };
		});
	},
	rotateKey({ params: { id } }) {
		const { key, kept } = newKey();
		return this.db.write(async (tx) => {
			const row = await store.replaceKey(tx, id, kept, new Date());
			await this.announce(tx, identity.key_rotated(named(row)));
			return { ...shown(row), key };
		});
	},
	setPlan({ params: { id, ...params } }) {
		return this.db.write(async (tx) => {
			const row = await store.changePlan(tx, id, { ...PLAN, ...params });
			await this.announce(tx, identity.key_plan_set(named(row)));
			return shown(row);
		});
	},
	revokeKey({ params: { id } }) {
		return this.db.write(async (tx) => {
			const row = await store.endKey(tx, id);
			await this.announce(tx, identity.key_revoked(named(row)));
			return shown(row);
		});
	},
	async listKeys({ params: { limit = LIMIT, cursor } }) {
		const after = afterId.read(cursor) ?? "";
		const rows = await this.db.read((db) => store.listKeys(db, after, limit + 1));
		return paged(rows.map(shown), limit, afterId.write);
	},

	async verifyKey({ params: { key_hash } }) {
		const now = new Date();
		const row = await this.db.read((db) => store.findLiveKey(db, key_hash, now));
		if (!row || (row.demo && !env.demo)) throw unauthenticated();
		const { id, last_used_at } = row;
		if (!last_used_at || now.getTime() - Date.parse(last_used_at) > USE_NOTED_MS)
			await this.db.write((tx) => store.noteUse(tx, id, now));
		return consumer(row);
	},
});

const named = ({ id, name }: ApiKey) => ({ key_id: id, name });

const shown = ({ hash, demo, ...key }: store.KeyRow): ApiKey => key;

const consumer = ({ id, name, scopes, unlimited, ...row }: store.KeyRow): Consumer => ({
	key_id: id,
	consumer: name,
	scopes,
	...(row.quota_minute && { quota_minute: row.quota_minute }),
	...(row.quota_hour && { quota_hour: row.quota_hour }),
	...(unlimited && { unlimited }),
});
