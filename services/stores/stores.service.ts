import { locations as demoLocations } from "../../config/demo/stores.ts";
import { newId } from "../../lib/ids.ts";
import { service } from "../../lib/service.ts";
import { expectVersion } from "../../lib/version.ts";
import { crud } from "../../mixins/crud.mixin.ts";
import { database } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { change, namesOf, open } from "./location.ts";
import { type Location, locationNotFound, stores } from "./stores.contract.ts";
import * as store from "./stores.store.ts";

const loadDemo = demo(async (tx) => {
	const opened = demoLocations.map(open);
	for (const location of opened) await store.addLocation(tx, location);
	return opened.map((location) => stores.created(said(location)));
});

export default service(stores, {
	mixins: [database, outbox, crud(store.locations), loadDemo],

	actions: {
		async resolve(ctx) {
			const { location: id } = ctx.params;
			const location = await this.db.read((db) => store.getLocation(db, id));
			if (location.status === "archived") throw locationNotFound({ id });
			return location;
		},

		list(ctx) {
			return this.page({ status: "active", sort: "code", ...ctx.params });
		},

		listStores(ctx) {
			return this.page({ status: "active", sort: "code", ...ctx.params, type: "store" });
		},

		get(ctx) {
			return this.db.read((db) => store.getLocation(db, ctx.params.id));
		},

		create(ctx) {
			const location = open({ id: newId("loc"), ...ctx.params });
			return this.db.write(async (tx) => {
				await store.addLocation(tx, location);
				await this.announce(tx, stores.created(said(location)));
				return location;
			});
		},

		update(ctx) {
			const { id, ...changes } = ctx.params;
			return this.db.write(async (tx) => {
				const before = await store.getLocation(tx, id);
				expectVersion(ctx, before);
				const after = change(before, changes);
				if (after === before) return before;
				await store.saveLocation(tx, after);
				await this.announce(tx, stores.updated(said(after)));
				return after;
			});
		},

		archive(ctx) {
			return this.db.write(async (tx) => {
				const before = await store.getLocation(tx, ctx.params.id);
				expectVersion(ctx, before);
				const after = change(before, { status: "archived" });
				if (after === before) return before;
				await store.saveLocation(tx, after);
				await this.announce(tx, stores.archived(said(after)));
				return after;
			});
		},
	},
});

const said = (location: Location) => {
	const { id: location_id, name_fr: name, type, status } = location;
	return { location_id, name, type, status, names: namesOf(location) };
};
