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
	#alarm: NodeJS.Timeout | undefined;
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
		this.wake(); // for what a crash has left here
	}

	/** What is under way comes to an end; what commits now is found at the next start. */
	async stop(): Promise<void> {
		this.#isStopped = true;
		clearInterval(this.#timer);
		clearTimeout(this.#alarm);
		await this.#looking;
		await Promise.all(this.#busy.values());
	}

	wake(): void {
		if (this.#isStopped) return;
		this.#isAsked = true; // what commits while a look ends must not wait for the timer
		this.#looking ??= this.#look();
	}

	async #look(): Promise<void> {
		try {
			while (this.#isAsked && !this.#isStopped) {
				this.#isAsked = false;
				const first = await this.#next();
				const now = Date.now();
				for (const errand of first) if (errand.due_at <= now) this.#begin(errand);
				const later = first.find(({ due_at }) => due_at > now);
				if (later) this.#wakeIn(later.due_at - now);
			}
		} catch {
			this.#wakeIn(FIRST_MS); // the database is away
		} finally {
			this.#looking = undefined;
		}
	}

	/** The first to be due. What is under way is among them: there is room for as many again. */
	async #next(): Promise<Errand[]> {
		const names = this.#kinds.map((_, index) => `$kind${index}`);
		const kinds = Object.fromEntries(this.#kinds.map((kind, index) => [`kind${index}`, kind]));
		const rows = await this.#db.read((db) =>
			db.query<Errand>(
				`select * from errand where kind in (${names}) order by due_at limit ${2 * AT_ONCE}`,
				kinds,
			),
		);
		return rows.map((row) => decode(errandTable, row));
	}

	#wakeIn(wait_ms: number): void {
		clearTimeout(this.#alarm);
		if (this.#isStopped) return;
		this.#alarm = setTimeout(() => this.wake(), wait_ms + 1).unref();
	}

	#begin(errand: Errand): void {
		const name = `${errand.kind}/${errand.key}`;
		if (this.#isStopped || this.#busy.has(name) || this.#busy.size >= AT_ONCE) return;
		const over = this.#work.run(errand).catch((error) => this.#putOff(errand, error));
		const ended = over.then(
			() => {
				this.#busy.delete(name);
				this.wake(); // there is room for another, and this one may be the next
			},
			(broken) => {
				this.#busy.delete(name);
				this.#work.warn(broken, errand);
			},
		);
		this.#busy.set(name, ended);
	}

	/** Ever later, and for ever: what was promised is owed until it is answered. */
	async #putOff(errand: Errand, error: unknown): Promise<void> {
		this.#work.warn(error, errand);
		const { kind, key } = errand;
		const due_at = Date.now() + Math.min(FIRST_MS * 2 ** errand.attempts, LAST_MS);
		const attempts = errand.attempts + 1;
		await this.#db.write((tx) => tx.update(errandTable, { kind, key }, { attempts, due_at }));
	}
}
