import type { Database } from "../../mixins/database.mixin.ts";
import { broker } from "./broker.ts";
import { kiosk, press, pressService } from "./press.ts";
import { until } from "./until.ts";

/**
 * A process of its own that prints without end, until it is killed; or, told `drain`, one that
 * only waits until its reader has nothing left to hear.
 */
const [, , mode, round] = process.argv;
const AT_ONCE = 6;
const TOPICS = 10;
const LAG_MS = 3;
const LEFT = `
	select count(*) as left from outbox
	where coalesce(feed_seq, 1e9) > coalesce((select min(feed_seq) from outbox_cursor), 0)`;

/** A reader that lags, so that a kill finds facts that were taken but are not applied. */
const before = ({ key_seq }: { key_seq: number }) =>
	mode !== "drain" && key_seq % 10 === 0
		? new Promise<void>((resolve) => setTimeout(resolve, LAG_MS))
		: undefined;
const reader = kiosk("crashing_reader", { before, retries_ms: [10, 10, 10] });
const town = broker([pressService, reader]);
await town.start();

if (mode === "drain") {
	const { db } = town.getLocalService("press") as unknown as { db: Database };
	await until(
		() => db.read((read) => read.query<{ left: number }>(LEFT)),
		([row]) => row?.left === 0,
		30_000,
	);
	await town.stop();
	process.exit(0);
}

process.stdout.write("ready\n");
let n = 0;
const client = async () => {
	for (;;) {
		const topic = `topic_${n % TOPICS}`;
		const texts = Array.from({ length: 1 + (n % 3) }, (_, index) => `${round}-${n}-${index}`);
		if (n++ % 9 === 0) texts.push("tear");
		await press.print(town, { topic, texts }).catch(() => {});
	}
};
await Promise.all(Array.from({ length: AT_ONCE }, client));
