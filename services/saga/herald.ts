import { mixin } from "../../lib/service.ts";
import type { Database, Reader } from "../../mixins/database.mixin.ts";
import { decode } from "../../mixins/database.mixin.ts";
import type { Orchestrator } from "./orchestrator.ts";
import { runOf, sagas } from "./saga.store.ts";
import type { State } from "./state.ts";

const LOOK_MS = 250;

/**
 * Tells those who wait here of sagas that end, or block, in another process: one that has taken a
 * saga over, or has heard the last fact of one that nobody drives. Their rows are asked.
 */
export const herald = mixin<Herald, { db: Database } & Pick<Orchestrator, "engine">>({
	created() {
		let looking: Promise<void> | undefined;
		const look = async () => {
			const awaited = this.engine.awaited();
			if (awaited.length === 0) return;
			const ended = await this.db.read((read) => overOf(read, awaited));
			for (const state of ended) this.engine.answer(state);
		};
		const warn = (error: unknown) => this.logger.warn("who waits is not told", error as object);
		this.tellOthers = () => {
			looking ??= look()
				.catch(warn)
				.finally(() => {
					looking = undefined;
				});
			return looking;
		};
	},
	started() {
		if (this.db.isShared) this.heraldTimer = setInterval(() => void this.tellOthers(), LOOK_MS);
	},
	stopped() {
		clearInterval(this.heraldTimer);
	},
});

async function overOf(read: Reader, saga_ids: readonly string[]): Promise<State[]> {
	const holes = saga_ids.map((_, n) => `$id_${n}`);
	const rows = await read.query<object>(
		`select * from saga where saga_id in (${holes}) and (finished_at is not null or blocked = 1)`,
		Object.fromEntries(saga_ids.map((id, n) => [`id_${n}`, id])),
	);
	return rows.flatMap((row) => runOf(decode(sagas, row))?.state ?? []);
}

interface Herald {
	/** Looks once, now. */
	tellOthers(): Promise<void>;
	heraldTimer?: NodeJS.Timeout;
}
