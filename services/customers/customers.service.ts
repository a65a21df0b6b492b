import { customersDemo } from "../../config/demo/customers.ts";
import { fold } from "../../lib/fold.ts";
import { forbidden, isTheirs, scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import { expectVersion } from "../../lib/version.ts";
import { crud } from "../../mixins/crud.mixin.ts";
import { database } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { addressed, changed, opened } from "./customer.ts";
import { customerNotFound, customers } from "./customers.contract.ts";
import * as store from "./customers.store.ts";

export default service(customers, {
	mixins: [
		database,
		outbox,
		crud(store.profiles, { search: ["names"] }),
		demo((tx) => store.loadDemo(tx, customersDemo)),
	],

	actions: {
		async get(ctx) {
			refuseOthers(ctx);
			return this.db.read((db) => store.getCustomer(db, ctx.params.id));
		},

		async list({ params: { search, ...query } }) {
			const found = await this.page({ ...query, ...(search && { text: fold(search) }) });
			return { ...found, items: found.items.map(store.profileOf) };
		},

		async create(ctx) {
			const customer = opened(ctx.params, now());
			return this.db.write(async (tx) => {
				await store.addCustomer(tx, customer);
				await this.announce(tx, customers.created({ customer_id: customer.id }));
				return customer;
			});
		},

		async update(ctx) {
			refuseOthers(ctx);
			const { id, status } = ctx.params;
			if (status && scopeOf(ctx).role === "customer") throw forbidden();
			return this.db.write(async (tx) => {
				const customer = await store.getCustomer(tx, id);
				expectVersion(ctx, customer);
				const next = changed(customer, ctx.params, now());
				await store.saveCustomer(tx, next);
				await this.announce(tx, customers.updated({ customer_id: id }));
				return next;
			});
		},

		async listAddresses(ctx) {
			refuseOthers(ctx);
			return this.db.read(async (db) => {
				const { id } = await store.getCustomer(db, ctx.params.id);
				return { items: await store.listAddresses(db, id) };
			});
		},

		async addAddress(ctx) {
			refuseOthers(ctx);
			return this.db.write(async (tx) => {
				const { id } = await store.getCustomer(tx, ctx.params.id);
				const kept = await store.listAddresses(tx, id);
				const address = addressed(ctx.params, kept.length, now());
				await store.addAddress(tx, address);
				await this.announce(tx, customers.updated({ customer_id: id }));
				return address;
			});
		},
	},
});

/** To a customer, another one does not exist. */
function refuseOthers(ctx: Parameters<typeof scopeOf>[0] & { params: { id: string } }): void {
	const { id } = ctx.params;
	if (!isTheirs(scopeOf(ctx), id)) throw customerNotFound({ id });
}

const now = () => new Date().toISOString();
