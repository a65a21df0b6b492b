import { randomUUID } from "node:crypto";
import type { Database } from "../../mixins/database.mixin.ts";
import { giveBack, type Held, renew, takeAll, takeFree } from "./lease.store.ts";

const RENEW_MS = 2_000; // with the TTL: what a killed process had is taken within 12 s
const SILENCE_MS = 7_000; // before others may take what is ours

interface Hooks {
	/** There are sagas here that nobody may be driving. */
	gained(): void;
	/** Another may have taken them: resolves once nothing is driven here any more. */
	lost(): Promise<void>;
	/** They may be driven again. */
	regained(): void;
	warn(text: string, error: unknown): void;
}

/** A fresh name each time: what an earlier self had is not its own. */
const nobody = (): Held => ({ owner: randomUUID(), epoch: 0 });

export type Tenure = ReturnType<typeof tenure>;

/**
 * Which sagas this process may drive. On a database of its own all, at once; on one that it shares
 * those of its shard, and those that others have left. Who has lost it begins anew.
 */
export function tenure(db: Database, { gained, lost, regained, warn }: Hooks) {
	let held: Held = nobody();
	let heard_at = 0;
	let [isDriving, isOver] = [true, false];
	let timer: NodeJS.Timeout | undefined;
	let working: Promise<void> | undefined;
	const isSilent = () => performance.now() - heard_at > SILENCE_MS;

	async function take(before = held) {
		const asked_at = performance.now();
		const taken = await takeSagas(db, before);
		held = taken.held;
		if (before.shard === undefined) heard_at = asked_at; // a shard that is held is not renewed here
		if (taken.gained > 0) gained();
	}
	const lose = () => {
		isDriving = false;
		return lost();
	};
	async function beginAnew() {
		await lose();
		const gone = held;
		held = nobody();
		await db.write((tx) => giveBack(tx, gone));
		await take();
		isDriving = !isOver; // it may have been told to stop meanwhile
		if (isDriving) regained();
	}
	async function hold() {
		const asked_at = performance.now();
		const isOurs = held.shard !== undefined && (await db.write((tx) => renew(tx, held)));
		// Also who was silent for a moment, while an earlier renewal took its time.
		if (!isOurs || isSilent() || !isDriving) return beginAnew();
		heard_at = asked_at;
		await take();
	}
	const tick = () => {
		if (isSilent() && isDriving) void lose();
		working ??= hold()
			.catch((error) => warn("the leases of sagas are not renewed", error))
			.finally(() => {
				working = undefined;
			});
	};
	return {
		held: () => held,
		/** False once it was silent for so long that others may soon have what is its. */
		isSure: () => !db.isShared || !isSilent(),
		async start() {
			await take();
			if (db.isShared) timer = setInterval(tick, RENEW_MS);
		},
		/** A transition was refused: it need not wait for the next look. */
		fenced() {
			if (db.isShared) tick();
			else void lost();
		},
		async stop() {
			isOver = true;
			clearInterval(timer);
			await working;
			if (db.isShared) await db.write((tx) => giveBack(tx, held));
		},
	};
}

const takeSagas = (db: Database, held: Held) =>
	db.write(async (tx) =>
		db.isShared ? takeFree(tx, held) : { held: await takeAll(tx, held.owner), gained: 1 },
	);
