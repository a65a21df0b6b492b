import Type from "typebox";
import { newId } from "../../lib/ids.ts";
import { decode, type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { graceEnds, isLive } from "./api-key.ts";
import { ApiKey, keyNotActive, keyNotFound, nameTaken } from "./identity.contract.ts";

const key = Type.Object({ ...ApiKey.properties, hash: Type.String(), demo: Type.Boolean() });
export const keys = table("api_key", key, "id");
export type KeyRow = typeof keys.row & {};

export type Kept = Pick<KeyRow, "prefix" | "last4" | "hash">;
type Plan = Pick<KeyRow, "name" | "scopes" | "unlimited"> & Partial<KeyRow>;

/** A consumer has one active key: the database sees to it. */
export async function addKey(tx: Tx, plan: Plan, kept: Kept, more: Partial<KeyRow> = {}) {
	const { name, scopes, unlimited, quota_minute, quota_hour } = plan;
	const row: KeyRow = {
		...{ id: newId("key"), name, scopes, unlimited, status: "ACTIVE", demo: false },
		...(quota_minute && { quota_minute }),
		...(quota_hour && { quota_hour }),
		created_at: new Date().toISOString(),
		...kept,
		...more,
	};
	if (!(await tx.claim(keys, row))) throw nameTaken({ name });
	return row;
}

/** Makes the key that follows; the old one lives on for a day, in the place of one before it. */
export async function replaceKey(tx: Tx, id: string, kept: Kept, now: Date): Promise<KeyRow> {
	const old = await getKey(tx, id);
	const { name, status } = old;
	if (status !== "ACTIVE") throw keyNotActive({ state: status });
	await tx.update(keys, { name, status: "ROTATING" }, { status: "REVOKED" });
	await tx.update(keys, { id }, { status: "ROTATING", expires_at: graceEnds(now) });
	return addKey(tx, old, kept);
}

/** A quota that the plan does not name is the usual one. */
export async function changePlan(tx: Tx, id: string, plan: Omit<Plan, "name">): Promise<KeyRow> {
	await getKey(tx, id);
	await tx.update(keys, { id }, { ...USUAL, ...plan } as Partial<KeyRow>);
	return getKey(tx, id);
}
const USUAL = { quota_minute: null, quota_hour: null };

export async function endKey(tx: Tx, id: string): Promise<KeyRow> {
	const key = await getKey(tx, id);
	await tx.update(keys, { id }, { status: "REVOKED" });
	return { ...key, status: "REVOKED" };
}

async function getKey(tx: Tx, id: string): Promise<KeyRow> {
	const key = await tx.find(keys, { id });
	if (!key) throw keyNotFound({ id });
	return key;
}

export const noteUse = (tx: Tx, id: string, now: Date) =>
	tx.update(keys, { id }, { last_used_at: now.toISOString() });

export async function findLiveKey(db: Reader, hash: string, now: Date) {
	const key = await db.find(keys, { hash });
	return key && isLive(key, now.toISOString()) ? key : undefined;
}

export const listKeys = (db: Reader, after: string, limit: number) =>
	db
		.query<KeyRow>(`select * from api_key where id > $after order by id limit ${limit}`, { after })
		.then((rows) => rows.map((row) => decode(keys, row)));
