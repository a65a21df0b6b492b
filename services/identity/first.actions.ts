import { demoKeys } from "../../config/demo/identity.ts";
import { env } from "../../config/env.ts";
import { isMistyped, sha256 } from "../../lib/api-key.ts";
import { mixin } from "../../lib/service.ts";
import type { Database, database } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { identity, passwordTooCommon } from "./identity.contract.ts";
import * as users from "./identity.store.ts";
import * as keys from "./keys.store.ts";
import { hashPassword, refuseCommon } from "./password.ts";
import { told } from "./user.ts";

const ADMIN = { username: "admin", email: "admin@comptoir.example" } as const;
const PASSWORD_MIN = 15;
const KEY_MIN = 32;
const SHOWN = 4; // of a key that somebody has made up: enough to tell it from another

type Needs = NonNullable<(typeof database)["adds"]> & NonNullable<(typeof outbox)["adds"]>;

/**
 * Makes who can make all others, with a key to come in by, where there is nobody yet: once, however
 * many replicas start together. The demo has its own.
 */
export const firstAdmin = mixin<object, Needs>({
	created() {
		if (!env.demo) refuseWeak(env.admin_password, env.admin_key);
	},
	async started() {
		if (env.demo) return;
		const { admin_password: password, admin_key: key } = env;
		if (!password && !key && (await isEmpty(this.db)))
			this.logger.warn("nobody can log in: there is no user, and no RETAIL_ADMIN_PASSWORD");
		if (password && (await isEmpty(this.db))) {
			const password_hash = await hashPassword(password);
			await this.db.write(async (tx) => {
				await tx.hold("first admin");
				if ((await tx.list(users.accounts)).length > 0) return;
				const made = { status: "active", demo: false, version: 1, locale: "fr" } as const;
				const account = { id: ADMIN.username, ...ADMIN, ...made, password_hash };
				const owes = { must_change_password: true };
				const user = await users.addUser(tx, { ...account, ...owes }, [{ role: "admin" }]);
				await this.announce(tx, identity.user_created(told(user)));
			});
		}
		if (key)
			await this.db.write(async (tx) => {
				await tx.hold("first admin");
				if ((await tx.list(keys.keys)).length > 0) return;
				const plan = { name: "first-admin", scopes: ["admin"], unlimited: false };
				const kept = { prefix: key.slice(0, SHOWN), last4: key.slice(-SHOWN), hash: sha256(key) };
				const { id: key_id, name } = await keys.addKey(tx, plan, kept);
				await this.announce(tx, identity.key_created({ key_id, name }));
			});
	},
});

const isEmpty = ({ read }: Database) =>
	read(async (db) => (await users.listUsers(db, 1, {})).length === 0);

/** Whether or not they are still needed: who reads a start that goes well trusts what is set. */
function refuseWeak(password: string, key: string): void {
	if (password && password.length < PASSWORD_MIN)
		throw new Error(`RETAIL_ADMIN_PASSWORD needs ${PASSWORD_MIN} characters`);
	if (password && isCommon(password))
		throw new Error("RETAIL_ADMIN_PASSWORD is too easy to guess: choose another");
	if (key && (key.length < KEY_MIN || isMistyped(key)))
		throw new Error(`RETAIL_ADMIN_KEY needs ${KEY_MIN} characters, none of them mistyped`);
	if (demoKeys.some(({ hash }) => hash === sha256(key)))
		throw new Error("RETAIL_ADMIN_KEY is a key of the demo, which everybody knows: choose another");
}

function isCommon(password: string): boolean {
	try {
		refuseCommon(password, [ADMIN.username]);
		return false;
	} catch (error) {
		if (passwordTooCommon.is(error)) return true;
		throw error;
	}
}
