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
const LEFT = `
	select count(*) as left from outbox
	where coalesce(feed_seq, 1e9) > coalesce((select min(feed_seq) from outbox_cursor), 0)`;

const town = broker([pressService, kiosk("crashing_reader", { retries_ms: [10, 10, 10] })]);
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
