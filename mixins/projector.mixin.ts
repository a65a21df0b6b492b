import type { ServiceBroker } from "moleculer";
import type { Fact } from "../lib/fact.ts";
import { type Mixin, mixin } from "../lib/service.ts";
import type { Database, Tx } from "./database.mixin.ts";
import type { Options } from "./projections/end.ts";
import type { Progress } from "./projections/lag.ts";
import { showLag } from "./projections/metrics.ts";
import type { Page, Projection } from "./projections/projection.ts";
import { Runner } from "./projections/runner.ts";

const POLL_MS = 250; // when no hint comes: reports are never older than that, if nothing is wrong

interface Projecting extends Pick<Options, "rebuilt" | "lagged"> {
	readonly projections: readonly Projection[];
	/** Facts of the event store behind a position, in their order. */
	feed(broker: ServiceBroker, after: number, limit: number): Promise<Page>;
}

/**
 * Gives the service `this.projector`, which keeps the tables of its projections as the events say:
 * each event once, and the same tables however often they are made again.
 */
export const projector = ({ projections, feed, rebuilt, lagged }: Projecting) =>
	mixin<Projector, Needs>({
		created() {
			this.projector = new Runner({
				db: this.db,
				projections,
				feed: (after, limit) => feed(this.broker, after, limit),
				announce: (tx, fact) => this.announce(tx, fact),
				rebuilt,
				lagged,
				warn: (text, details) => this.logger.warn(text, details),
			});
		},
		async started() {
			await this.projector.start();
			this.hideLag = showLag(() => this.projector.progress());
			this.pollTimer = setInterval(() => this.projector.wake(), POLL_MS);
		},
		async stopped() {
			clearInterval(this.pollTimer);
			this.hideLag?.();
			await this.projector.stop();
		},
	});

/** Has the projector look at once when this event of the mesh is heard; it looks anyway, later. */
export const wokenBy = (event: string): Mixin<object, Projector> => ({
	events: {
		[event](this: Projector) {
			this.projector.wake();
		},
	} as never,
});

export interface Projector {
	projector: Pick<Runner, "start" | "stop" | "wake" | "rebuild" | "progress">;
	pollTimer: NodeJS.Timeout;
	hideLag?: () => void;
}
export type { Progress };

interface Needs {
	db: Database;
	announce(tx: Tx, fact: Fact): Promise<void>;
}
