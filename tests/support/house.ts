import type { ServiceBroker } from "moleculer";
import { registry } from "../../config/metrics.ts";
import { businessDate } from "../../lib/time.ts";
import { audit } from "../../services/audit/audit.contract.ts";
import { type Claim, claims } from "../../services/claims/claims.contract.ts";
import { notifications } from "../../services/notifications/notifications.contract.ts";
import { reporting } from "../../services/reporting/reporting.contract.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import { as } from "./broker.ts";
import type { TestBus } from "./buses.ts";
import { admin, buy, CONTEXTS, customer, databaseOf } from "./chain.ts";
import { until } from "./until.ts";

export const office = as("head_office");
export const auditor = as("auditor");
const DAY_MS = 86_400_000;

type Row = Record<string, any>;
export interface Line {
	product_id: string;
	quantity: number;
	location?: string;
}

const values = async (gauge: string) =>
	(await registry.getSingleMetric(gauge)?.get())?.values ?? [];

/** Every context, as in production, over a bus; it may be stopped and started on the same files. */
export function wholeHouse(bus: TestBus) {
	let town: ServiceBroker;
	const rows = <R extends object = Row>(context: string, sql: string, bind: object = {}) =>
		databaseOf(town, context).read((db) => db.query<R>(sql, bind as Record<string, unknown>));
	const names = CONTEXTS.map(({ name }) => name);
	/** The ids of all facts that were ever committed, and of those that the event store has. */
	const committed = async () => {
		const all = names.map((name) => rows(name, "select message_id from outbox"));
		return (await Promise.all(all)).flat().map(({ message_id }) => message_id as string);
	};
	const kept = async () =>
		(await rows("audit", "select message_id from event")).map(({ message_id }) => message_id);

	/** Of all readers together, once all that there were are there again: who is not has no lag to show. */
	let readers = 0;
	const unheard = async () => {
		const [lag, pending] = await Promise.all(["consumer_lag", "outbox_pending"].map(values));
		readers = Math.max(readers, lag?.length ?? 0);
		const sum = [...(lag ?? []), ...(pending ?? [])].reduce((all, { value }) => all + value, 0);
		return sum + readers - (lag?.length ?? 0);
	};
	/** What is still to be mailed, which is told of in its turn. */
	const unsent = async () => {
		const sql = "select 1 from notification where due_at is not null";
		return (await rows("notifications", sql)).length;
	};

	return {
		get town() {
			return town;
		},
		rows,
		async start() {
			town = bus.broker(CONTEXTS);
			await town.start();
		},
		stop: () => town.stop(),
		async restart() {
			await town.stop();
			await this.start();
		},

		/** Who leaves comes back to find that all facts of these producers are brought again. */
		async hearsAgain(reader: string, producers: readonly string[]) {
			await town.destroyService(town.getLocalService(reader));
			for (const producer of producers) await bus.again(town, producer, reader);
			const schema = CONTEXTS.find(({ name }) => name === reader);
			if (schema) town.createService(schema);
			await town.waitForServices(reader);
		},

		/** An order that is confirmed. */
		async buys(lines: Line[], saga: "orchestrated" | "choreographed" = "orchestrated") {
			const asked = { products: lines, saga };
			const order = await sagas.placeOrder(town, asked as never, customer({ wait: 20 }));
			return order as { order_id: string; saga_id: string };
		},
		buy: (lines: Line[]) => buy(town, lines),
		/** A claim about one unit of it, granted. */
		async approved({ order_id }: { order_id: string }, { product_id }: Pick<Line, "product_id">) {
			const about = { claim_type: "product_defect", description: "Fermeture brisée" } as const;
			const filed = { order_id, product_id, ...about };
			const { id, status } = await claims.submit(town, filed, customer());
			if (status !== "SUBMITTED") return id;
			await claims.review(town, { id }, office);
			await claims.approve(town, { id, disposition: "restock" }, office);
			return id;
		},
		ends: (id: string, status: Claim["status"]) =>
			until(
				() => claims.get(town, { id }, office),
				(claim) => claim.status === status,
				20_000,
			),
		/** The timeline that its watcher has drawn, once it has ended or waits for a person. */
		async timeline(claim_id: string) {
			const found = async () => (await sagas.list(town, { claim_id }, admin)).items[0];
			const isOver = (one: Awaited<ReturnType<typeof found>>) =>
				one?.finished_at !== undefined || one?.status === "FAILED";
			const saga = await until(found, isOver, 20_000);
			return sagas.get(town, { saga_id: saga?.saga_id ?? "" }, admin);
		},
		/** What its customer was told in the app, in order. */
		async told(claim_id: string): Promise<string[]> {
			const asked = { limit: 200, channel: "in_app" } as const;
			const { items } = await notifications.list(town, asked, customer());
			const about = items.filter(({ title }) => title.includes(claim_id.slice(-8)));
			return about.map(({ template }) => template).reverse();
		},

		committed,
		kept,
		/** All that was announced is in the event store, and in the read models. */
		async quiet() {
			await until(
				async () => {
					const before = (await committed()).length;
					const [behind, waiting] = [await unheard(), await unsent()];
					return [before, behind, waiting, (await kept()).length, (await committed()).length];
				},
				([before, behind, waiting, heard, after]) =>
					behind === 0 && waiting === 0 && before === heard && before === after,
				30_000,
			);
			const head = (await kept()).length;
			await until(
				async () => (await reporting.projections(town, {}, office)).items,
				(all) => all.every(({ position, state }) => position >= head && state === "LIVE"),
				20_000,
			);
		},
		/** What head office reads of these days. */
		async report() {
			const [from, to] = [businessDate(Date.now() - DAY_MS), businessDate(Date.now() + DAY_MS)];
			const period = { from, to, limit: 200 };
			const { totals, items } = await reporting.sales(town, period, office);
			const { items: filed } = await reporting.claims(town, { limit: 200 }, office);
			return { totals, items, claims: filed };
		},
		verify: () => audit.verify(town, {}, auditor),

		/** All that a fact heard twice could have doubled. */
		async effects() {
			const all = {
				claims: await rows(
					"claims",
					"select claim_id, version, type from claim_event order by 1, 2",
				),
				refunds: await rows("payments", "select id, status, amount_cents from refund order by id"),
				moves: await rows("inventory", "select * from stock_movement order by seq"),
				notices: await rows("notifications", "select id, dedupe_key from notification order by id"),
				kept: await rows("audit", "select position, message_id, hash from event order by position"),
				sagas: await rows("saga", "select saga_id, status, state from saga order by saga_id"),
			};
			return { ...all, report: await this.report() };
		},
	};
}
