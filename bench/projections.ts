import { mkdtempSync, rmSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** Events a second into the read models: all of them from the first event, and one made again. */
const { values } = parseArgs({
	options: {
		events: { type: "string", default: "50000" },
		rebuild: { type: "string", default: "sales" },
	},
});
const folder = mkdtempSync(join(tmpdir(), "projections-"));
process.env.RETAIL_DATA_DIR = folder;
process.env.RETAIL_LOG_LEVEL = "error";
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const { ServiceBroker } = await import("moleculer");
const { brokerOptions } = await import("../moleculer.config.ts");
const { asService } = await import("../config/identity.ts");
const { eventStore } = await import("../tests/support/feed.ts");
const { history } = await import("../tests/support/retail-facts.ts");
const { until } = await import("../tests/support/until.ts");
const { reporting } = await import("../services/reporting/reporting.contract.ts");
const { default: service } = await import("../services/reporting/reporting.service.ts");

const feed = eventStore();
const events = Number(values.events);
for (const [fact, at] of history(events)) feed.append(fact, at);

const shop = new ServiceBroker({ ...brokerOptions(), logger: false });
shop.createService(feed.store);
shop.createService(service);
const inside = () => ({ headers: asService("bench") }); // it is believed for a while only
const all = async () => (await reporting.projections(shop, {}, inside())).items;
const isDone = ({ position, state }: { position: number; state: string }) =>
	position === feed.items.length && state === "LIVE";
const timed = async (work: () => Promise<unknown>) => {
	const from = performance.now();
	await work();
	await until(all, (found) => found.every(isDone), 600_000);
	return (performance.now() - from) / 1_000;
};

console.log(`node ${process.version}, ${cpus()[0]?.model} × ${cpus().length}`);
const first = await timed(() => shop.start());
console.log(`${events} events into all read models: ${Math.round(events / first)} events/s`);
const again = await timed(() => reporting.rebuild(shop, { projection: values.rebuild }, inside()));
console.log(`${values.rebuild} made again: ${Math.round(events / again)} events/s`);
await shop.stop();
