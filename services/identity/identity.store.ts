import Type from "typebox";
import { decode, type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { Grant, lastAdmin, nameTaken, type User, User as UserShape } from "./identity.contract.ts";

const text = Type.String();

const { roles: _, ...seen } = UserShape.properties;
const account = Type.Object({ ...seen, password_hash: text, demo: Type.Boolean() });
export const accounts = table("user_account", account, "id");
export type Account = typeof accounts.row & {};

const role = Type.Object({ user_id: text, ...Grant.properties });
const roles = table("user_role", role, "user_id", "role");

/** By user name or e-mail, in any case of letters. A user name holds no `@`. */
export async function findAccount(db: Reader, login: string): Promise<Account | undefined> {
	const name = login.toLowerCase();
	const column = name.includes("@") ? "email" : "username";
	const sql = `select * from user_account where lower(${column}) = $name`;
	const [row] = await db.query(sql, { name });
	return row && decode(accounts, row);
}

/** What the world may see of an account, with its roles. */
export async function findUser(db: Reader, id: string): Promise<User | undefined> {
	const account = await db.find(accounts, { id });
	return account && shown(account, await db.list(roles, { user_id: id }));
}

function shown({ password_hash, demo, ...account }: Account, grants: Grant[]): User {
	const own = grants.map(({ role, location_id }) => ({
		role,
		...(location_id && { location_id }),
	}));
	return { ...account, roles: own };
}

/** The same, of whoever is called so: by id, user name or e-mail. */
export async function findNamed(db: Reader, name: string): Promise<User | undefined> {
	const user = await findUser(db, name);
	if (user) return user;
	const account = await findAccount(db, name);
	return account && findUser(db, account.id);
}

/** A page of users by id, each with all its roles. */
export async function listUsers(db: Reader, limit: number, asked: Filters): Promise<User[]> {
	const filters = Object.entries(asked).filter(([, value]) => value !== undefined);
	const rows = await db.query<Account & { as_role: Grant["role"]; as_location: string }>(
		`with page as (
			select * from user_account u
			where ${["true", ...filters.map(([name]) => WHERE[name as keyof Filters])].join(" and ")}
			order by u.id limit ${limit}
		)
		select page.*, r.role as as_role, r.location_id as as_location
		from page join user_role r on r.user_id = page.id order by page.id`,
		Object.fromEntries(filters),
	);
	return [...Map.groupBy(rows, ({ id }) => id).values()].map((all) => {
		const grants = all.map(({ as_role, as_location }) => ({
			role: as_role,
			location_id: as_location,
		}));
		const { as_role, as_location, ...account } = all[0] as (typeof rows)[0];
		return shown(decode(accounts, account), grants);
	});
}

const having = (condition: string) =>
	`exists (select 1 from user_role r where r.user_id = u.id and ${condition})`;
const WHERE = {
	after: "u.id > $after",
	status: "u.status = $status",
	role: having("r.role = $role"),
	location_id: having("r.location_id = $location_id"),
	/** Those who are cashiers of this location, and nothing else. */
	cashiers_of: `not ${having("(r.role <> 'cashier' or r.location_id <> $cashiers_of)")}`,
};
type Filters = { [name in keyof typeof WHERE]?: string | undefined };

export async function addUser(tx: Tx, account: Account, grants: readonly Grant[]): Promise<User> {
	await refuseTaken(tx, account, account.id);
	if (!(await tx.claim(accounts, account))) throw nameTaken({ name: account.username });
	await addRoles(tx, account.id, grants);
	return getUser(tx, account.id);
}

/** User names and e-mails are one's own, in any case of letters. */
export async function refuseTaken(tx: Tx, { username, email }: Partial<Account>, id: string) {
	for (const name of [username, email]) {
		const found = name && (await findAccount(tx, name));
		if (found && found.id !== id) throw nameTaken({ name });
	}
}

async function addRoles(tx: Tx, user_id: string, grants: readonly Grant[]) {
	for (const grant of grants) await tx.claim(roles, { user_id, ...grant }); // said twice, kept once
}

/** Roles, and whose they are: what is not given is taken away. */
export async function replaceRoles(tx: Tx, user: User, grants: readonly Grant[], owner: Owner) {
	const { customer_id, supplier_id } = owner;
	await tx.remove(roles, { user_id: user.id });
	await addRoles(tx, user.id, grants);
	return changeUser(tx, user, { customer_id, supplier_id } as Partial<Account>);
}
type Owner = { customer_id?: string; supplier_id?: string };

/** Somebody can always administer: a change that would leave no admin is refused. */
export async function changeUser(tx: Tx, { id, version, roles }: User, changes: Partial<Account>) {
	await tx.update(accounts, { id }, { ...changes, version: version + 1 });
	const wasAdmin = roles.some(({ role }) => role === "admin");
	if (wasAdmin && !(await tx.query(ADMIN)).length) throw lastAdmin();
	return getUser(tx, id);
}
const ADMIN = `select 1 from user_account u join user_role r on r.user_id = u.id
	where r.role = 'admin' and u.status = 'active' limit 1`;

/** One's own choice: it need not be changed again, and is no longer the demo's. */
export async function changePassword(tx: Tx, id: string, password_hash: string) {
	const chosen = { password_hash, must_change_password: false, demo: false };
	return changeUser(tx, await getUser(tx, id), chosen);
}

export async function getUser(db: Reader, id: string): Promise<User> {
	const user = await findUser(db, id);
	if (!user) throw new Error(`No user ${id}`);
	return user;
}
