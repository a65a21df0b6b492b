import Type from "typebox";
import { sha256 } from "../../lib/api-key.ts";
import { newId } from "../../lib/ids.ts";
import { decode, type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { type Account, accounts } from "./identity.store.ts";
import { FAILURES_MAX, judge, refreshUntil } from "./session.ts";

const DAY_MS = 24 * 3_600_000;

const text = Type.String();
const maybe = Type.Optional(text);
const times = { started_at: text, expires_at: text, used_at: maybe, revoked_at: maybe };
const token = Type.Object({
	...{ id: text, user_id: text, family: text, hash: text, used_by: maybe, ...times },
});
const refreshTokens = table("refresh_token", token, "id");
export type RefreshToken = typeof refreshTokens.row & {};

const attempt = Type.Object({ username: text, ip: text, ok: Type.Boolean(), at: text });
const attempts = table("login_attempt", attempt, "username", "at");
type Attempt = typeof attempts.row & {};

/** All of a user, or one of them. */
export const endSessions = (tx: Tx, user_id: string, family?: string) =>
	tx.update(refreshTokens, family ? { user_id, family } : { user_id }, {
		revoked_at: new Date().toISOString(),
	});

export const findToken = (db: Reader, token: string) =>
	db.find(refreshTokens, { hash: sha256(token) });

/** Keeps a refresh token: the first of a session, or the one that follows `before`. */
export async function keepToken(tx: Tx, { user_id, token, now, before }: Kept): Promise<string> {
	const { family = newId("fam"), started_at = now.toISOString() } = before ?? {};
	const at = now.toISOString();
	await tx.query("delete from refresh_token where user_id = $user_id and expires_at < $at", {
		user_id,
		at,
	});
	const mine = { id: newId("rft"), user_id, family, hash: sha256(token), started_at };
	await tx.insert(refreshTokens, { ...mine, expires_at: refreshUntil(started_at, now) });
	return family;
}
type Kept = { user_id: string; token: string; now: Date; before?: RefreshToken | undefined };

/** Uses a refresh token: says what it was worth, and leaves the one that follows it. */
export async function useToken(tx: Tx, { token, successor, client, now }: Use) {
	const mine = await findToken(tx, token);
	const next = mine?.used_at ? await findToken(tx, successor) : undefined;
	const verdict = judge(mine, next, { client, now });
	if (mine && verdict === "rotate") {
		const used = { used_at: now.toISOString(), used_by: client };
		await tx.update(refreshTokens, { id: mine.id }, used);
		await keepToken(tx, { user_id: mine.user_id, token: successor, now, before: mine });
	}
	if (mine && verdict === "reused") await endSessions(tx, mine.user_id, mine.family);
	return { verdict, mine };
}
type Use = { token: string; successor: string; client: string; now: Date };

/** The account of a session that goes on; none once it was ended, or its user put out. */
export async function findSession(db: Reader, user_id: string, family: string) {
	const [row] = await db.query<Account>(
		`select * from user_account where id = $user_id and status = 'active' and exists (
			select 1 from refresh_token t
			where t.family = $family and t.user_id = $user_id and t.revoked_at is null
		)`,
		{ user_id, family },
	);
	return row && decode(accounts, row);
}

/** The latest failures since the last success, as many as can lock the account. */
export const listFailures = async (db: Reader, username: string): Promise<string[]> => {
	const rows = await db.query<Attempt>(
		`select at from login_attempt where username = $username and not ok and at > coalesce(
			(select max(at) from login_attempt where username = $username and ok), ''
		) order by at desc limit ${FAILURES_MAX}`,
		{ username },
	);
	return rows.map(({ at }) => at);
};

export async function addAttempt(tx: Tx, attempt: Omit<Attempt, "at">): Promise<void> {
	const now = Date.now();
	const before = new Date(now - DAY_MS).toISOString();
	await tx.query("delete from login_attempt where at < $before", { before });
	await tx.insert(attempts, { ...attempt, at: new Date(now).toISOString() });
}
