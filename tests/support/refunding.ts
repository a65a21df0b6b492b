import type { Fact, Heard } from "../../lib/fact.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import { claims } from "../../services/claims/claims.contract.ts";
import inventoryService from "../../services/inventory/inventory.service.ts";
import { openLevel } from "../../services/inventory/inventory.store.ts";
import { drifts } from "../../services/inventory/lists.store.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import paymentsService from "../../services/payments/payments.service.ts";
import type { Provider } from "../../services/payments/provider.store.ts";
import storesService from "../../services/stores/stores.service.ts";
import { as, broker } from "./broker.ts";
import { teller } from "./teller.ts";
import { until } from "./until.ts";

interface House {
	db: Database;
	ledger: Database;
	provider: Provider;
	announce(tx: Tx, fact: Fact): Promise<void>;
}
type Told = { event: string } & Record<string, any>;
export const manager = as("store_manager", { location_id: "1" });
export const headOffice = as("head_office");
export const ONLINE = "online";
const here = [storesService, paymentsService, inventoryService, teller("claims")];

/** Claims, payments and inventory between them, which may be stopped and started again. */
export function claimsDesk() {
	let shop = broker(here);
	const house = (name: string) => shop.getLocalService(name) as unknown as House;
	const rows = <Row extends object = any>(name: string, sql: string, bind: object = {}) =>
		house(name).db.read((db) => db.query<Row>(sql, bind as Record<string, unknown>));
	const told = async (name: string, claim_id: string): Promise<Told[]> => {
		const all = await rows<{ type: string; body: string }>(
			name,
			"select type, body from outbox order by seq",
		);
		const facts = all.map(({ type, body }): Told => ({ event: type, ...JSON.parse(body) }));
		return facts.filter((fact) => fact.claim_id === claim_id);
	};
	const events = async (claim_id: string) => {
		const here = ["payments", "inventory"].filter((name) => shop.getLocalService(name));
		const facts = await Promise.all(here.map((name) => told(name, claim_id)));
		return facts.flat().map(({ event }) => event);
	};
	const sum = async (db: Database, sql: string, id: string) =>
		(await db.read((read) => read.query<{ n: number }>(sql, { id })))[0]?.n ?? 0;
	let made = 0;

	return {
		get shop() {
			return shop;
		},
		house,
		rows,
		told,
		events,
		start: () => shop.start(),
		stop: () => shop.stop(),
		/** Everything stops, and starts on the same files: all of it, or what is named. */
		async restart(services = here) {
			await shop.stop();
			shop = broker(services);
			await shop.start();
		},
		without: (name: string) => here.filter((one) => one.name !== name),

		/** A line of three, paid by card, of a product that nobody else touches. */
		async bought({ shelved = true, location_id = ONLINE, ...over }: Wish = {}): Promise<Purchase> {
			const n = ++made;
			const product_id = `thing_${n}`;
			const order_id = `ord_${n}`;
			const bill = { quantity: 3, net_cents: 10_000, gst_cents: 500, qst_cents: 998, ...over };
			const amount_cents = bill.net_cents + bill.gst_cents + bill.qst_cents;
			const { payment_method = "credit_card" } = over;
			const paid = { order_id, amount_cents, payment_method };
			const { id: payment_id } = await payments.process(shop, paid, manager);
			if (shelved)
				await house("inventory").db.write((tx) => openLevel(tx, { location_id, product_id }));
			const where = { order_id, line: 1, location_id, product_id, payment_id };
			return { ...where, payment_method, ...bill, claimed_before: 0 };
		},
		/** A claim for it is approved, and says so as often as told. */
		async approve(
			purchase: Purchase,
			{ times = 1, claim_id = `clm_${++made}`, ...over }: Partial<Approval> = {},
		) {
			const { product_id } = purchase;
			const who = { customer_id: "1", decided_by: "test", disposition: "restock" as const };
			const claim = { claim_id, product_id, quantity: 1, ...who, purchase, ...over };
			const { db, announce } = house("claims");
			for (let time = 0; time < times; time++)
				await db.write((tx) => announce(tx, claims.approved(claim)));
			return claim_id;
		},
		/** The last word of the claim's story. */
		ends: (claim_id: string, event: string) =>
			until(
				() => events(claim_id),
				(seen) => seen.includes(event),
			),
		/** All that was announced has been heard, and nothing is left to be done. */
		quiet: () =>
			until(async () => {
				const count = async (name: string, sql: string, bind = {}) =>
					(await rows<{ n: number | null }>(name, sql, bind))[0]?.n ?? 0;
				const said = (name: string) => count(name, "select sum(last_seq) as n from outbox_key");
				const heard = (name: string, producer: string) =>
					count(name, "select sum(last_seq) as n from inbox where producer = $producer", {
						producer,
					});
				return (
					(await said("claims")) === (await heard("payments", "claims")) &&
					(await said("payments")) === (await heard("inventory", "payments")) &&
					(await said("inventory")) === (await heard("payments", "inventory")) &&
					(await count("payments", "select count(*) as n from errand")) === 0
				);
			}),
		async onHand({ location_id, product_id }: Purchase) {
			const sql = "select on_hand from stock_level where location_id = $l and product_id = $p";
			const [level] = await rows("inventory", sql, { l: location_id, p: product_id });
			return level?.on_hand;
		},
		movements: ({ product_id }: Purchase) =>
			rows(
				"inventory",
				`select type, on_hand_delta, ref_type, ref_id from stock_movement
				where product_id = $product_id order by seq`,
				{ product_id },
			),
		drift: async () => (await house("inventory").db.read(drifts)).drift,
		/** What is left of a payment: with the provider, in the books, and as announced. */
		async nets({ payment_id: id }: Purchase) {
			const { ledger, db } = house("payments");
			const [key] = await rows<{ key: string }>(
				"payments",
				"select key from payment where id = $id",
				{ id },
			);
			const provider = "select amount_cents - refunded_cents as n from charge where key = $id";
			const books = "select captured_cents - refunded_cents as n from payment where id = $id";
			const facts = await rows<{ type: string; body: string }>(
				"payments",
				"select type, body from outbox where key = $about order by seq",
				{ about: `payment:${id}` },
			);
			const moved = facts.map(({ type, body }) => {
				const { captured_cents = 0, refund_cents = 0 } = JSON.parse(body);
				if (type === "payments.captured") return captured_cents;
				if (type === "payments.refunded") return -refund_cents;
				return type === "payments.refund_reversed" ? refund_cents : 0;
			});
			return [
				await sum(ledger, provider, key?.key ?? ""),
				await sum(db, books, id),
				moved.reduce((total, one) => total + one, 0),
			];
		},
	};
}

type Purchase = Heard<typeof claims.approved>["payload"]["purchase"];
interface Wish {
	/** Whether inventory knows the shelf that it is from. */
	shelved?: boolean;
	location_id?: string;
	payment_method?: Purchase["payment_method"];
}
interface Approval {
	times: number;
	claim_id: string;
	quantity: number;
	amount_cents: number;
	disposition: "restock" | "damaged" | "none";
}
