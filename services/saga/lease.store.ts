import Type from "typebox";
import { type Tx, table } from "../../mixins/database.mixin.ts";

/** How long a shard stays with an owner that says nothing any more. */
export const TTL_MS = 10_000;

const leases = table(
	"lease",
	Type.Object({
		name: Type.String(),
		owner: Type.Optional(Type.String()),
		epoch: Type.Integer(),
		expires_at: Type.Optional(Type.Integer()),
	}),
	"name",
);

/** The shard of one process, and the epoch that it writes under. */
export interface Held {
	readonly owner: string;
	/** Undefined while it has none. */
	readonly shard?: number;
	readonly epoch: number;
}

const nameOf = (shard: number) => `saga-${String(shard).padStart(2, "0")}`;
const shardOf = (name: string) => Number(name.slice("saga-".length));

/** Takes the sagas of this file: whoever had them before is fenced from here on. */
export async function takeAll(tx: Tx, owner: string): Promise<Held> {
	const [row] = await tx.query<{ epoch: number }>(
		`insert into lease (name, owner, epoch) values ('saga-00', $owner, 1) on conflict (name)
		do update set owner = excluded.owner, epoch = lease.epoch + 1 returning epoch`,
		{ owner },
	);
	return { owner, shard: 0, epoch: row?.epoch ?? 1 };
}

/**
 * Takes a shard, if it has none: one that nobody holds, or a new one. The live sagas of the others
 * that nobody holds become its own; answers how many.
 */
export async function takeFree(tx: Tx, held: Held): Promise<{ held: Held; gained: number }> {
	await tx.hold("leases"); // of two that look at once the second sees what the first has taken
	const now = await clock(tx);
	const known = await tx.query<Known>(KNOWN, { now });
	const free = known.filter(({ is_free }) => is_free).map(({ name }) => name);
	if (held.shard !== undefined) {
		const own = nameOf(held.shard); // late or not: who holds it does not leave it to itself
		const others = free.filter((name) => name !== own);
		return inherit(tx, { ...held, shard: held.shard }, others);
	}
	const name = free.shift() ?? nameOf(known.length);
	await tx.claim(leases, { name, epoch: 0 });
	const { epoch } = await tx.get(leases, { name }); // waits for who writes under it
	const next = { owner: held.owner, epoch: epoch + 1, expires_at: now + TTL_MS };
	await tx.update(leases, { name }, next);
	const mine = { ...held, shard: shardOf(name), epoch: next.epoch };
	const { held: taken, gained } = await inherit(tx, mine, free);
	return { held: taken, gained: gained + 1 };
}
type Known = { name: string; is_free: boolean };
const KNOWN = `select name, owner is null or expires_at < cast($now as bigint) as is_free
	from lease order by name`;

/** Who takes over writes under a later epoch than whoever had them: it never falls in a saga. */
async function inherit(tx: Tx, held: Held & { shard: number }, free: readonly string[]) {
	if (free.length === 0) return { held, gained: 0 };
	let { epoch } = held;
	for (const name of free) {
		const { owner, epoch: last } = await tx.get(leases, { name });
		if (owner) await tx.update(leases, { name }, { owner: null as never, epoch: last + 1 });
		epoch = Math.max(epoch, last + 1);
	}
	if (epoch > held.epoch) await tx.update(leases, { name: nameOf(held.shard) }, { epoch });
	const moved = await tx.query(
		`update saga set shard = ${held.shard} where shard in (${free.map(shardOf)})
			and finished_at is null and kind = 'orchestrated' returning saga_id`,
	);
	return { held: { ...held, epoch }, gained: moved.length };
}

/** False when another has taken it meanwhile. */
export async function renew(tx: Tx, { owner }: Held): Promise<boolean> {
	const expires_at = (await clock(tx)) + TTL_MS;
	return (await tx.update(leases, { owner }, { expires_at })) > 0;
}

/** Whoever comes next need not wait. */
export const giveBack = (tx: Tx, { owner }: Held) =>
	tx.query("update lease set owner = null where owner = $owner", { owner });

/**
 * Of two owners the earlier is refused: what it has in memory may be old. An owner is one tenure;
 * its epoch rises while it lasts, when it takes over what others have left.
 */
export async function fence(tx: Tx, { owner, shard = 0, epoch }: Held): Promise<void> {
	const sql = "select owner from lease where name = $name $share";
	const [row] = await tx.query<{ owner: string | null }>(sql, { name: nameOf(shard) });
	if (row?.owner !== owner) throw new Error(`SAGA_FENCED: epoch ${epoch} is over`);
}

/** The database's own: processes need not agree about the time. */
async function clock(tx: Tx): Promise<number> {
	const sql = "select cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as now";
	const [row] = await tx.query<{ now: number }>(sql);
	return row?.now ?? 0;
}
