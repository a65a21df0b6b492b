import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/**
 * Facts a second from an outbox into the inboxes that hear them, and the lag of the last; with
 * `--nats` through a nats-server of its own.
 */
const { values } = parseArgs({
	options: {
		facts: { type: "string", default: "20000" },
		readers: { type: "string", default: "1" },
		unit: { type: "string", default: "3" },
		nats: { type: "boolean", default: false },
	},
});
const folder = mkdtempSync(join(tmpdir(), "delivery-"));
process.env.RETAIL_DATA_DIR = folder;
process.env.RETAIL_LOG_LEVEL = "error";
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const { broker } = await import("../tests/support/broker.ts");
const { kiosk, press, pressService } = await import("../tests/support/press.ts");
const { until } = await import("../tests/support/until.ts");
type Database = import("../mixins/database.mixin.ts").Database;

const { useBus } = await import("../mixins/bus.ts");
const { jetStream } = await import("../mixins/delivery/jetstream/jetstream.ts");
const { natsServer } = await import("../tests/support/nats.ts");

const server = values.nats ? await natsServer() : undefined;
const readers = Array.from({ length: Number(values.readers) }, (_, n) => `reader_${n}`);
const town = broker([]);
if (server) useBus(town, jetStream({ url: server.url }));
for (const schema of [pressService, ...readers.map((name) => kiosk(name))])
	town.createService(schema);
await town.start();
const dbOf = (name: string) => (town.getLocalService(name) as unknown as { db: Database }).db;
const heard = async () => {
	const counts = readers.map((name) =>
		dbOf(name).read((db) => db.query<{ n: number }>("select count(*) as n from copy")),
	);
	return Math.min(...(await Promise.all(counts)).map(([row]) => row?.n ?? 0));
};

await press.print(town, { topic: "begin", texts: ["0"] }); // not measured: the stream is made
await until(heard, (count) => count === 1);

const units = Math.ceil(Number(values.facts) / Number(values.unit));
const texts = Array.from({ length: Number(values.unit) }, (_, n) => `${n}`);
let next = 0;
const from = performance.now();
const client = async () => {
	while (next < units) await press.print(town, { topic: `topic_${next++ % 500}`, texts });
};
await Promise.all(Array.from({ length: 64 }, client));
const announced = performance.now();
await until(heard, (count) => count === 1 + units * texts.length, 120_000);
const ended = performance.now();

const rate = (to: number) => Math.round((units * texts.length) / ((to - from) / 1_000));
const counted = ["press", ...readers].map((name) => dbOf(name).statements);
console.log(`node ${process.version}, ${cpus()[0]?.model} × ${cpus().length}`);
console.log(
	`${server ? "JetStream" : "one process"}: ${units * texts.length} facts, ${texts.length} a unit, ${readers.length} readers`,
);
console.log(`announced ${rate(announced)} facts/s, heard and kept ${rate(ended)} facts/s`);
console.log(`the last was heard ${(ended - announced).toFixed(0)} ms after it was announced`);
console.log(`statements: ${counted.join(", ")}`);
await town.stop();
await server?.remove();
