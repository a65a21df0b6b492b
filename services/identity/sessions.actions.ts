import type { Context } from "moleculer";
import { env } from "../../config/env.ts";
import { headersOf } from "../../lib/http.ts";
import { GUEST, scopeOf } from "../../lib/scope.ts";
import { mixin, page } from "../../lib/service.ts";
import { malformed } from "../../lib/validator.ts";
import { counter } from "../../mixins/counter.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import type { outbox } from "../../mixins/outbox.mixin.ts";
import { type Grant, identity, unauthenticated } from "./identity.contract.ts";
import * as users from "./identity.store.ts";
import { answer, challenge, countedAs, inTurn } from "./login.ts";
import { signingKey, signingSecret } from "./secret.ts";
import * as store from "./sessions.store.ts";
import { newRefreshToken, type Tokens, tokens } from "./token.ts";

/** Gives the service `this.tokens`, which signs and reads access tokens. */
export const signer = mixin<{ tokens: Tokens }>({
	async started() {
		this.tokens = await tokens(signingSecret(env), signingKey(env));
	},
});

const countReuse = counter("identity_token_reuse_total", "Refresh tokens that were shown twice.");

type Mixins = [typeof database, typeof outbox, typeof signer];

export const sessionActions = page<typeof identity, Mixins>()({
	async login(ctx) {
		const { username, email, ...credentials } = ctx.params;
		const name = username ?? email;
		if (!name)
			throw malformed([{ field: "username", message: "is required", keyword: "required" }]);
		const account = await this.db.read((db) => users.findAccount(db, name));
		const user = account && { user_id: account.id };
		const who = { username: countedAs(name, account), ip: addressOf(ctx) };

		return inTurn(who.username, async () => {
			const password_hash = await challenge(credentials, account, {
				mayEnter: mayEnter(account),
				mustChange: account?.must_change_password === true && !env.demo,
				failures: () => this.db.read((db) => store.listFailures(db, who.username)),
				failed: (reason) =>
					this.db.write(async (tx) => {
						await store.addAttempt(tx, { ...who, ok: false });
						await this.announce(tx, identity.login_failed({ ...user, ip: who.ip, reason }));
					}),
			});
			const refresh_token = newRefreshToken();
			const entered = await this.db.write(async (tx) => {
				const { id: user_id } = await unchanged(tx, account);
				await store.addAttempt(tx, { ...who, ok: true });
				if (password_hash) {
					await store.endSessions(tx, user_id);
					await users.changePassword(tx, user_id, password_hash);
				}
				const sid = await store.keepToken(tx, { user_id, token: refresh_token, now: new Date() });
				await this.announce(tx, identity.logged_in({ user_id, ip: who.ip }));
				return { sid, user: await users.getUser(tx, user_id) };
			});
			return answer({ tokens: this.tokens, sid: entered.sid, refresh_token }, entered.user);
		});
	},
	async loginByUsername(ctx) {
		const session = await identity.login(ctx, ctx.params, { headers: { ...headersOf(ctx) } });
		return { ...session, token: session.access_token };
	},
	async loginByEmail(ctx) {
		const session = await identity.login(ctx, ctx.params, { headers: { ...headersOf(ctx) } });
		return { ...session, token: session.access_token };
	},

	async refresh(ctx) {
		const { refresh_token: token } = ctx.params;
		const refresh_token = this.tokens.successor(token);
		const use = { token, successor: refresh_token, client: addressOf(ctx), now: new Date() };
		const goesOn = await this.db.write(async (tx) => {
			const { verdict, mine } = await store.useToken(tx, use);
			if (!mine || verdict === "refused") return undefined;
			const { user_id, family: sid } = mine;
			if (verdict === "reused") {
				await this.announce(tx, identity.token_reused({ user_id, ip: use.client }));
				countReuse(tx, {});
				return undefined; // not thrown: what was revoked must stay so
			}
			if (!mayEnter(await tx.find(users.accounts, { id: user_id }))) throw unauthenticated();
			return { sid, user: await users.getUser(tx, user_id) };
		});
		if (!goesOn) throw unauthenticated();
		return answer({ tokens: this.tokens, sid: goesOn.sid, refresh_token }, goesOn.user);
	},
	async logout(ctx) {
		const { refresh_token } = ctx.params;
		const { actor, session_id } = scopeOf(ctx);
		await this.db.write(async (tx) => {
			const mine = refresh_token ? await store.findToken(tx, refresh_token) : undefined;
			const user_id = refresh_token ? mine?.user_id : actor;
			const family = refresh_token ? mine?.family : session_id;
			if (!user_id || user_id === GUEST.actor) throw unauthenticated();
			await store.endSessions(tx, user_id, family);
			await this.announce(tx, identity.logged_out({ user_id }));
		});
	},
	async me(ctx) {
		const { actor, role, location_id } = scopeOf(ctx);
		const user = await this.db.read((db) => users.findUser(db, actor));
		if (!user) throw unauthenticated();
		return { ...user, role: role as Grant["role"], ...(location_id && { location_id }) };
	},

	async verifyToken(ctx) {
		const claims = await this.tokens.read(ctx.params.token);
		const { sub: user_id, sid: session_id, exp: expires_at, role } = claims;
		const { username } = await identity.getSession(ctx, { user_id, session_id });
		const { location_id, customer_id, supplier_id } = claims;
		return {
			...{ user_id, username, role, session_id, expires_at },
			...(location_id && { location_id }),
			...(customer_id && { customer_id }),
			...(supplier_id && { supplier_id }),
		};
	},
	async getSession({ params: { user_id, session_id } }) {
		const account = await this.db.read((db) => store.findSession(db, user_id, session_id));
		if (!mayEnter(account)) throw unauthenticated();
		return { username: account.username };
	},
});

/** Demo accounts have passwords that everybody knows: where it is not a demo, they are nobody's. */
const mayEnter = (account: users.Account | undefined): account is users.Account =>
	account?.status === "active" && (env.demo || !account.demo);

/** The account as it was when its password was compared. */
async function unchanged(tx: Tx, account: users.Account | undefined): Promise<users.Account> {
	const now = account && (await tx.find(users.accounts, { id: account.id }));
	if (!mayEnter(now) || now.password_hash !== account?.password_hash) throw unauthenticated();
	return now;
}

const addressOf = (ctx: Pick<Context, "headers">) => headersOf(ctx).address ?? "unknown";
