import { Gauge } from "prom-client";
import { registry } from "../../config/metrics.ts";
import { mixin } from "../../lib/service.ts";
import type { Database, Reader } from "../../mixins/database.mixin.ts";
import { show } from "./gauges.ts";
import type { Orchestrator } from "./orchestrator.ts";

const WATCH_MS = 30_000;
const OVERDUE_MS = 30_000;

const gauge = (name: string, help: string) =>
	new Gauge({ name: `saga_orchestrator_${name}`, help, registers: [registry] });
const gauges = {
	blocked: gauge("blocked", "Sagas that keep failing past their budget."),
	overdue: gauge("overdue", "Live sagas whose alarm rang long ago, unheard: must be 0."),
};

/** Looks every half a minute for what should not be: sagas that nobody is doing anything about. */
export const watchman = mixin<Watchman, Needs>({
	created() {
		this.watch = async (now = Date.now()) => {
			const { overdue, blocked } = await this.db.read((read) => unwell(read, now - OVERDUE_MS));
			gauges.blocked.set(blocked);
			gauges.overdue.set(overdue.length);
			for (const late of overdue) this.logger.error("a saga is overdue", late);
			return { overdue: overdue.length, blocked };
		};
	},
	started() {
		this.hide = show(() => ({
			...this.engine.counts(),
			leases_held: Number(this.tenure.held().shard !== undefined && this.tenure.isSure()),
			gates: this.dispatch.gates(),
		}));
		const warn = (error: unknown) => this.logger.warn("sagas are not watched", error as object);
		this.watchTimer = setInterval(() => void this.watch().catch(warn), WATCH_MS);
	},
	stopped() {
		clearInterval(this.watchTimer);
		this.hide?.();
	},
});

async function unwell(read: Reader, before: number) {
	const overdue = await read.query<{ saga_id: string; state: string; wake_at: number }>(
		`select saga_id, state, wake_at from saga
		where shard >= 0 and finished_at is null and wake_at < $before and status <> 'PENDING'
			and kind = 'orchestrated' order by wake_at limit 100`,
		{ before },
	);
	const [row] = await read.query<{ n: number }>(
		`select count(*) as n from saga
		where blocked = 1 and finished_at is null and kind = 'orchestrated'`,
	);
	return { overdue, blocked: Number(row?.n ?? 0) };
}

interface Watchman {
	/** Answers what it found, and sets the gauges. */
	watch(now?: number): Promise<{ overdue: number; blocked: number }>;
	watchTimer: NodeJS.Timeout;
	hide?: () => void;
}
type Needs = { db: Database } & Pick<Orchestrator, "engine" | "tenure" | "dispatch">;
