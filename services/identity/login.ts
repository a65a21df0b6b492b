import { sha256 } from "../../lib/api-key.ts";
import {
	accountLocked,
	passwordChangeRequired,
	type Session,
	tooBusy,
	type User,
	unauthenticated,
} from "./identity.contract.ts";
import { hashNew, isPassword } from "./password.ts";
import { lockedFor } from "./session.ts";
import { LIFE_S, type Tokens } from "./token.ts";
import { primary } from "./user.ts";

const TURNS_MAX = 50; // logins of one account that wait for each other

export type Failure = "unknown_user" | "wrong_password" | "disabled";

/** Failures are counted by account; what nobody is called is not kept: it may be a password. */
export const countedAs = (login: string, account: { username: string } | undefined): string =>
	account?.username.toLowerCase() ?? sha256(login.toLowerCase());

/**
 * Lets in who knows the password, and answers the hash of the new one if there is one. Of
 * anybody else it says nothing: not even, by the time it takes, that there is no such account.
 */
export async function challenge(
	{ password, new_password }: Credentials,
	account: Challenged | undefined,
	{ mayEnter, mustChange, failures, failed }: Challenge,
): Promise<string | undefined> {
	const retry_after = lockedFor(await failures(), new Date());
	if (retry_after > 0) throw accountLocked({ retry_after });
	if (!(await isPassword(password, mayEnter ? account?.password_hash : undefined))) {
		await failed(!account ? "unknown_user" : mayEnter ? "wrong_password" : "disabled");
		throw unauthenticated();
	}
	if (new_password === undefined && mustChange) throw passwordChangeRequired();
	return new_password && account && hashNew(new_password, account);
}

/** What a login and a refresh answer. The token carries one role of the user's. */
export async function answer(
	{ tokens, sid, refresh_token }: { tokens: Tokens; sid: string; refresh_token: string },
	user: User,
): Promise<Session> {
	const { id: sub, locale, customer_id, supplier_id, must_change_password } = user;
	const grant = primary(user.roles);
	const access_token = await tokens.issue({
		...{ sub, sid, locale, ...grant },
		...(grant.role === "customer" && customer_id && { customer_id }),
		...(grant.role === "supplier" && supplier_id && { supplier_id }),
		...(must_change_password && { must_change_password }),
	});
	const me = { ...user, ...grant };
	return { access_token, token_type: "Bearer", expires_in: LIFE_S, refresh_token, user: me };
}

const turns = new Map<string, { last: Promise<unknown>; waiting: number }>();

/** One at a time for one key: guesses that come together are counted like guesses in a row. */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
	const turn = turns.get(key) ?? { last: Promise.resolve(), waiting: 0 };
	if (turn.waiting >= TURNS_MAX) throw tooBusy();
	turns.set(key, turn);
	turn.waiting++;
	const mine = turn.last.then(work).finally(() => {
		if (--turn.waiting === 0) turns.delete(key);
	});
	turn.last = mine.catch(() => {});
	return mine;
}

interface Credentials {
	password: string;
	new_password?: string;
}
interface Challenged {
	username: string;
	email: string;
	password_hash: string;
}
interface Challenge {
	mayEnter: boolean;
	mustChange: boolean;
	/** When the latest attempts failed. */
	failures(): Promise<string[]>;
	failed(reason: Failure): Promise<void>;
}
