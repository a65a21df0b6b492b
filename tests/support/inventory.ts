import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { service } from "../../lib/service.ts";
import { type Database, database } from "../../mixins/database.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import catalogService from "../../services/catalog/catalog.service.ts";
import { inventory } from "../../services/inventory/inventory.contract.ts";
import inventoryService from "../../services/inventory/inventory.service.ts";
import { openLevel } from "../../services/inventory/inventory.store.ts";
import { orders } from "../../services/orders/orders.contract.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import storesService from "../../services/stores/stores.service.ts";
import { as, broker } from "./broker.ts";
import { stub } from "./stub.ts";
import { until } from "./until.ts";

/** An `orders` that does nothing but say that an order is confirmed. */
const desk = contract("orders", {
	confirm: action({ summary: "Say it", params: { id: Type.String() } }),
});
const ordersStub = service(desk, {
	mixins: [database, outbox],
	actions: {
		confirm(ctx) {
			return this.db.write((tx) => this.announce(tx, orders.confirmed(ctx.params as never)));
		},
	},
});

/** Its sagas live for ever, but for those of owners whose name says otherwise. */
const sagaStub = stub(sagas, {
	async ended({ params: { order_ids } }) {
		const undone = order_ids.filter((id) => id.startsWith("undone"));
		return { items: undone.map((order_id) => ({ order_id, status: "COMPENSATED" as const })) };
	},
});

/** The inventory between neighbours that play their part. */
export function warehouse() {
	const shop = broker([storesService, catalogService, ordersStub, sagaStub, inventoryService]);
	const db = () => (shop.getLocalService("inventory") as unknown as { db: Database }).db;
	const rows = <Row extends object>(sql: string, bind: object = {}) =>
		db().read((read) => read.query<Row>(sql, bind as Record<string, unknown>));
	const fresh = <O extends object>(options: O) => ({ ...options, meta: { $cache: false } });
	let stocked = 0;
	const told = new Map<string, number>();
	return {
		shop,
		db,
		rows,
		/** A product that nobody else touches, with as many units online. */
		async stocked(quantity: number, location = "online") {
			const product_id = `thing_${++stocked}`;
			const reason = "opening";
			await db().write((tx) => openLevel(tx, { location_id: location, product_id }));
			await inventory.setLevel(shop, { product_id, location, quantity, reason }, as("head_office"));
			return product_id;
		},
		async level(product_id: string, location = "online") {
			const options = fresh(as("head_office"));
			const { levels } = await inventory.get(shop, { product_id, location }, options);
			return levels[0];
		},
		/** An order is confirmed, and the inventory has heard it. */
		async confirmed(id: string) {
			const times = (told.get(id) ?? 0) + 1;
			told.set(id, times);
			await desk.confirm(shop, { id });
			const key = orders.confirmed({ id } as never).key;
			await until(
				() => rows<{ last_seq: number }>("select last_seq from inbox where key = $key", { key }),
				([heard]) => (heard?.last_seq ?? 0) >= times,
			);
		},
		/** The facts announced about a thing, in order. */
		async facts(key: string) {
			const facts = await rows<{ type: string; body: string }>(
				"select type, body from outbox where key = $key order by key_seq",
				{ key },
			);
			return facts.map(({ type, body }) => ({ event: type, ...JSON.parse(body) }));
		},
	};
}
