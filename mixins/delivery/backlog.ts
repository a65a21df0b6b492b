import type { Sink } from "../bus.ts";
import type { Database } from "../database.mixin.ts";
import type { Lane } from "./lane.ts";
import type { Reading } from "./metrics.ts";

/** How many facts a bus has taken since; without one, what has a number is where readers find it. */
export function leaving(lanes: Iterable<Lane>): number | undefined {
	const [bus] = [...lanes].filter(({ sink }) => !sink.lag);
	return bus && Math.max(0, bus.sink.safe() - bus.saved);
}

/** What has not left an outbox, and how far its readers in this process are: a look at four rows. */
export async function backlog(
	db: Database,
	context: string,
	sinks: readonly Sink[],
): Promise<Reading[]> {
	const buses = sinks.filter(({ lag }) => !lag).map((sink) => sink.safe());
	const sent = buses.length > 0 ? Math.min(...buses) : null;
	const [row] = await db.read((read) => read.query<Row>(BACKLOG, { sent }));
	const { head, fresh, since, fresh_since } = row ?? NOTHING;
	const pending = fresh + Math.max(0, (head ?? 0) - (sent ?? head ?? 0));
	const oldest = since ?? fresh_since;
	const age_ms = pending > 0 && oldest ? Math.max(0, Date.now() - oldest) : 0;
	return [
		{ gauge: "outbox_pending", labels: { context }, value: pending },
		{ gauge: "outbox_oldest_seconds", labels: { context }, value: age_ms / 1_000 },
		...sinks.flatMap(({ name, lag }): Reading[] => {
			const labels = { context: name, producer: context };
			return lag ? [{ gauge: "consumer_lag", labels, value: lag(head ?? 0) }] : [];
		}),
	];
}

/** Nothing is greater than null: without a bus all that has a number is where readers find it. */
const BACKLOG = `
	select (select max(feed_seq) from outbox) as head,
		(select count(*) from outbox where feed_seq is null) as fresh,
		(select created_at from outbox where feed_seq > cast($sent as bigint)
			order by feed_seq limit 1) as since,
		(select created_at from outbox where feed_seq is null order by seq limit 1) as fresh_since`;
const NOTHING = { head: null, fresh: 0, since: null, fresh_since: null };
interface Row {
	head: number | null;
	fresh: number;
	since: number | null;
	fresh_since: number | null;
}
