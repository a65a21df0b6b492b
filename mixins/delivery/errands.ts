import Type, { type Static } from "typebox";
import { type Database, decode, table } from "../database.mixin.ts";

const FIRST_MS = 100;
const LAST_MS = 30_000; // an outage that ends is noticed within that
const LOOK_MS = 10_000; // for what another replica has left
const AT_ONCE = 16; // more would only wait for each other on the other side

const Errand = Type.Object({
	kind: Type.String(),
	key: Type.String(),
	headers: Type.Record(Type.String(), Type.String()),
	attempts: Type.Integer(),
	due_at: Type.Integer(),
	created_at: Type.Integer(),
});
export type Errand = Static<typeof Errand>;
export const errandTable = table("errand", Errand, "kind", "key");

interface Work {
	/** Resolves once the errand is over, and its row is gone. */
	run(errand: Errand): Promise<void>;
	warn(error: unknown, errand: Errand): void;
}

/** Runs what is due, many at once: one that is slow, or fails, holds back none of the others. */
export class Runner {
	readonly #db: Database;
	readonly #kinds: readonly string[];
	readonly #work: Work;
	readonly #busy = new Map<string, Promise<void>>();
	#timer: NodeJS.Timeout | undefined;
	#looking: Promise<void> | undefined;
	#isAsked = false;
	#isStopped = false;

	constructor(db: Database, kinds: readonly string[], work: Work) {
		this.#db = db;
		this.#kinds = kinds;
		this.#work = work;
	}

	start(): void {
		this.#timer = setInterval(() => this.wake(), LOOK_MS).unref();
		this.wake(); // for what a crash has left
	}

	/** What is under way comes to an end; what commits now is found at the next start. */
	async stop(): Promise<void> {
		this.#isStopped = true;
		clearInterval(this.#timer);
		await this.#looking;
		await Promise.all(this.#busy.values());
	}

	wake(): void {
		this.#isAsked = true; // also while it looks
		this.#looking ??= this.#look().finally(() => {
			this.#looking = undefined;
		});
	}

	async #look(): Promise<void> {
		while (this.#isAsked && !this.#isStopped) {
			this.#isAsked = false;
			// What is under way is still due: the rest of the list has room for as many again.
			for (const errand of await this.#due().catch(() => [])) this.#begin(errand);
		}
	}

	async #due(): Promise<Errand[]> {
		const names = this.#kinds.map((_, index) => `$kind${index}`);
		const kinds = Object.fromEntries(this.#kinds.map((kind, index) => [`kind${index}`, kind]));
		const rows = await this.#db.read((db) =>
			db.query<Errand>(
				`select * from errand where due_at <= $now and kind in (${names})
				order by due_at limit ${2 * AT_ONCE}`,
				{ now: Date.now(), ...kinds },
			),
		);
		return rows.map((row) => decode(errandTable, row));
	}

	#begin(errand: Errand): void {
		const name = `${errand.kind}/${errand.key}`;
		if (this.#isStopped || this.#busy.has(name) || this.#busy.size >= AT_ONCE) return;
		const over = this.#work.run(errand).then(
			() => true,
			(error) => this.#putOff(errand, error),
		);
		const ended = over.then((isOver) => {
			this.#busy.delete(name);
			if (isOver) this.wake(); // there is room for another
		});
		this.#busy.set(name, ended);
	}

	/** Ever later, and for ever: what was promised is owed until it is answered. */
	async #putOff({ kind, key, ...errand }: Errand, error: unknown): Promise<boolean> {
		this.#work.warn(error, { kind, key, ...errand });
		const attempts = errand.attempts + 1;
		const wait_ms = Math.min(FIRST_MS * 2 ** errand.attempts, LAST_MS);
		const due_at = Date.now() + wait_ms;
		// A database that is away is found again by the next look.
		await this.#db
			.write((tx) => tx.update(errandTable, { kind, key }, { attempts, due_at }))
			.catch((broken) => this.#work.warn(broken, { kind, key, ...errand }));
		if (!this.#isStopped) setTimeout(() => this.wake(), wait_ms + 1).unref();
		return false;
	}
}
