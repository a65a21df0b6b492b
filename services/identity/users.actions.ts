import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import { afterId, LIMIT, paged } from "../../lib/cursor.ts";
import { newId } from "../../lib/ids.ts";
import { saidAs } from "../../lib/refusal.ts";
import { scopeOf } from "../../lib/scope.ts";
import { page } from "../../lib/service.ts";
import { expectVersion } from "../../lib/version.ts";
import type { Database, database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { customerNotFound, customers, unknownCustomer } from "../customers/customers.contract.ts";
import { locationNotFound, stores, unknownLocation } from "../stores/stores.contract.ts";
import { type Grant, identity, type User, userNotFound } from "./identity.contract.ts";
import * as store from "./identity.store.ts";
import { hashNew } from "./password.ts";
import { endSessions } from "./sessions.store.ts";
import { mayChange, refuseGrants, refuseMisfits, sees, told } from "./user.ts";

export const userActions = page<typeof identity, [typeof database, typeof outbox]>()({
	async createUser(ctx) {
		const { password, roles, ...asked } = ctx.params;
		const grants = await grantsOf(ctx, ctx.params);
		const made = { id: newId("usr"), status: "active", demo: false, version: 1 } as const;
		const account = {
			...{ locale: "fr" as const, must_change_password: true, ...asked, ...made },
			email: asked.email.toLowerCase(),
			password_hash: await hashNew(password, asked),
		};
		return this.db.write(async (tx) => {
			const user = await store.addUser(tx, account, grants);
			await this.announce(tx, identity.user_created(told(user)));
			return user;
		});
	},
	async updateUser(ctx) {
		const { id, password, ...asked } = ctx.params;
		const email = asked.email?.toLowerCase();
		const before = await seen(ctx, this.db);
		const secret = password && {
			...{ must_change_password: true, demo: false },
			password_hash: await hashNew(password, { ...before, ...asked }),
		};
		return this.db.write(async (tx) => {
			const user = await changeable(ctx, tx);
			await store.refuseTaken(tx, asked, id);
			if (secret) await endSessions(tx, id);
			const changes = { ...secret, ...asked, ...(email && { email }) };
			const after = await store.changeUser(tx, user, changes);
			await this.announce(tx, identity.user_updated(told(after)));
			return after;
		});
	},
	deactivateUser(ctx) {
		return this.db.write(async (tx) => {
			const user = await changeable(ctx, tx);
			if (user.status === "disabled") return user;
			await endSessions(tx, user.id);
			const after = await store.changeUser(tx, user, { status: "disabled" });
			await this.announce(tx, identity.user_deactivated(told(after)));
			return after;
		});
	},
	async setRoles(ctx) {
		const { id } = await seen(ctx, this.db);
		const grants = await grantsOf(ctx, ctx.params);
		return this.db.write(async (tx) => {
			const user = await changeable(ctx, tx);
			await endSessions(tx, id);
			const after = await store.replaceRoles(tx, user, grants, ctx.params);
			await this.announce(tx, identity.user_updated(told(after)));
			return after;
		});
	},
	getUser(ctx) {
		return seen(ctx, this.db);
	},
	async listUsers(ctx) {
		const { limit = LIMIT, cursor, location, ...filters } = ctx.params;
		const { role, location_id = "" } = scopeOf(ctx);
		const rows = await this.db.read(async (db) =>
			store.listUsers(db, limit + 1, {
				...filters,
				...(cursor !== undefined && { after: afterId.read(cursor) ?? "" }),
				...(location && { location_id: await locate(ctx, location) }),
				...(role === "store_manager" && { cashiers_of: location_id }),
			}),
		);
		return paged(rows, limit, afterId.write);
	},
});

type One = Context<{ id: string }>;

/** One that the caller does not see is not there. */
async function seen(ctx: One, { read }: Database): Promise<User> {
	const { id } = ctx.params;
	const user = await read((db) => store.findNamed(db, id));
	if (!user || !sees(scopeOf(ctx), user)) throw userNotFound({ id });
	return user;
}

async function changeable(ctx: One, tx: Tx): Promise<User> {
	const { id } = ctx.params;
	const user = mayChange(scopeOf(ctx), await store.findUser(tx, id), id);
	expectVersion(ctx, user);
	return user;
}

/** The roles asked for, if the caller may give them and they fit; places by their ids. */
async function grantsOf(ctx: Context, { roles, customer_id, supplier_id }: Rights) {
	const grants = await Promise.all(
		roles.map(
			async ({ role, location }): Promise<Grant> =>
				location ? { role, location_id: await locate(ctx, location) } : { role },
		),
	);
	refuseGrants(scopeOf(ctx), grants);
	refuseMisfits(grants, { customer_id, supplier_id });
	if (customer_id) await refuseUnknown(ctx, customer_id);
	return grants;
}

async function locate(ctx: Context, location: string): Promise<string> {
	const unknown = saidAs(locationNotFound, unknownLocation({ id: location }));
	return (await stores.resolve(ctx, { location }).catch(unknown)).id;
}

async function refuseUnknown(ctx: Context, id: string): Promise<void> {
	await customers
		.get(ctx, { id }, { headers: asService("identity") })
		.catch(saidAs(customerNotFound, unknownCustomer({ id })));
}

interface Rights {
	roles: readonly { role: Grant["role"]; location?: string }[];
	customer_id?: string | undefined;
	supplier_id?: string | undefined;
}
