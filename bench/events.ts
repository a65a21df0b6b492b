import "../config/process.ts";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { Database } from "../mixins/database.mixin.ts";

const HELP = `node bench/events.ts [--events 20000] [--nats]

From the outboxes of a shop through the event store to all read models, in one process, with
--nats by way of a nats-server. \`npm run bench\` runs it both ways.
`;
const { values } = parseArgs({
	options: {
		events: { type: "string", default: "20000" },
		nats: { type: "boolean", default: false },
		help: { type: "boolean", default: false },
	},
});
const UNIT = 3; // events that a unit of work announces
const SHOPS = ["orders", "payments", "inventory", "carts", "saga", "claims", "catalog", "stores"];
const WRITERS = 64;
const WAITING_MAX = 2_000; // announced and not yet projected: beyond, writers wait
const LIMIT_MS = 600_000;
const REBUILT = "sales";

const folder = mkdtempSync(join(tmpdir(), "comptoir-events-"));
process.env.RETAIL_DATA_DIR = folder;
process.env.RETAIL_LOG_LEVEL = "error";
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

// Once it is said where the data is.
const { ServiceBroker } = await import("moleculer");
const { asService } = await import("../config/identity.ts");
const { useBus } = await import("../mixins/bus.ts");
const { jetStream } = await import("../mixins/delivery/jetstream/jetstream.ts");
const { brokerOptions } = await import("../moleculer.config.ts");
const { audit } = await import("../services/audit/audit.contract.ts");
const { default: auditService } = await import("../services/audit/audit.service.ts");
const { reporting } = await import("../services/reporting/reporting.contract.ts");
const { default: reportingService } = await import("../services/reporting/reporting.service.ts");
const { natsServer } = await import("../tests/support/nats.ts");
const { history } = await import("../tests/support/retail-facts.ts");
const { teller, tells } = await import("../tests/support/teller.ts");
const { until } = await import("../tests/support/until.ts");
const { Sightings } = await import("./sightings.ts");
const { eventRow, print } = await import("./print.ts");

const server = values.nats ? await natsServer() : undefined;
const town = new ServiceBroker({ ...brokerOptions(), logger: false });
if (server) useBus(town, jetStream({ url: server.url }));
for (const name of SHOPS) town.createService(teller(name));
town.createService(auditService);
town.createService(reportingService);

const told = history(Number.MAX_SAFE_INTEGER);
const acting = () => ({ headers: asService("bench") });
const dbOf = (name: string) => (town.getLocalService(name) as unknown as { db: Database }).db;
const projected = () =>
	dbOf("reporting").read(async (db) => {
		const [row] = await db.query<{ position: number }>(
			"select min(position) as position from projection_cursor",
		);
		return row?.position ?? 0;
	});
const sightings = new Sightings(projected);
let announced = 0;

const announce = () => {
	announced += UNIT;
	const facts = Array.from({ length: UNIT }, () => told.next().value?.[0]);
	return tells(town, ...facts.filter((fact) => fact !== undefined));
};
const isThere = () =>
	until(
		() => sightings.seen,
		(seen) => seen >= announced,
		LIMIT_MS,
	);

/** As fast as they are projected. */
async function flood(events: number): Promise<void> {
	const end = announced + events;
	const writer = async () => {
		while (announced < end) {
			await announce();
			if (announced - sightings.seen > WAITING_MAX)
				await until(() => announced - sightings.seen < WAITING_MAX, Boolean, LIMIT_MS);
		}
	};
	await Promise.all(Array.from({ length: WRITERS }, writer));
	await isThere();
}

async function steady(events: number, per_second: number): Promise<void> {
	const [from, start, end] = [performance.now(), announced, announced + events];
	const running: Promise<void>[] = [];
	while (announced < end) {
		const due = start + ((performance.now() - from) * per_second) / 1_000;
		while (announced < Math.min(due, end)) running.push(announce());
		await new Promise((resolve) => setTimeout(resolve, 1));
	}
	await Promise.all(running);
	await isThere();
}

/** What it took of the clock, and of a core for each event. */
async function measured(work: () => Promise<number>) {
	const [from, before] = [performance.now(), process.cpuUsage()];
	const events = await work();
	const took_s = (performance.now() - from) / 1_000;
	const { user, system } = process.cpuUsage(before);
	return { per_second: events / took_s, cpu_us: (user + system) / events };
}

async function rebuild(): Promise<number> {
	await reporting.rebuild(town, { projection: REBUILT }, acting());
	const isLive = async () => {
		const { items } = await reporting.projections(town, {}, acting());
		return items.find(({ name }) => name === REBUILT)?.state === "LIVE";
	};
	await until(isLive, Boolean, LIMIT_MS);
	return announced;
}

async function verify(): Promise<number> {
	let from: number | undefined = 1;
	while (from !== undefined) {
		const verdict: Awaited<ReturnType<typeof audit.verify>> = await audit.verify(
			town,
			{ from },
			acting(),
		);
		if (!verdict.valid) throw new Error(`The chain is broken: ${JSON.stringify(verdict)}`);
		from = verdict.next_from;
	}
	return announced;
}

async function main() {
	const events = Number(values.events);
	const by = server ? "nats-server" : "in process";
	await town.start();
	sightings.start();
	await flood(UNIT * WRITERS); // warms up
	const fast = await measured(async () => {
		await flood(events);
		return events;
	});
	eventRow(`outbox → audit → projections, ${by}`, fast);
	const rate = fast.per_second / 2;
	const first = announced;
	const calm = await measured(async () => {
		await steady(events / 2, rate);
		return events / 2;
	});
	const lag = sightings.lags(
		await dbOf("audit").read((db) =>
			db.query(`select position, occurred_at from event where position > ${first}`),
		),
	);
	eventRow(`the same, ${Math.round(rate)} a second`, { ...calm, ...lag });
	sightings.stop();
	if (!server) {
		eventRow(`rebuild of ${REBUILT}, of ${announced}`, await measured(rebuild));
		eventRow("verify: seals and anchors", await measured(verify));
	}
	await town.stop();
	await server?.remove();
}

if (values.help) print(HELP);
else await main();
