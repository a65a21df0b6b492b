import type { Heard } from "../../lib/fact.ts";
import { reactions } from "../../lib/service.ts";
import type { database, Tx } from "../../mixins/database.mixin.ts";
import { stores } from "../stores/stores.contract.ts";
import { closeLocation, reopenLocation } from "./claim-returns.store.ts";

/** Which locations are archived, known without a call: a reaction cannot ask. */
export const locationReactions = reactions<[typeof database]>()({
	async [stores.archived.event](tx: Tx, { payload }: Heard<typeof stores.archived>) {
		await closeLocation(tx, payload.location_id);
	},
	async [stores.updated.event](tx: Tx, { payload }: Heard<typeof stores.updated>) {
		if (payload.status === "active") await reopenLocation(tx, payload.location_id);
	},
});
