import { service } from "../../lib/service.ts";
import { database } from "../../mixins/database.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { projector, wokenBy } from "../../mixins/projector.mixin.ts";
import { analyticsActions } from "./analytics.actions.ts";
import { cartsProjection } from "./carts.projection.ts";
import { claimsProjection } from "./claims.projection.ts";
import { customers } from "./customers.projection.ts";
import { modelActions } from "./models.actions.ts";
import { names } from "./names.projection.ts";
import { readFeed } from "./neighbours.ts";
import { reporting } from "./reporting.contract.ts";
import { reportActions } from "./reports.actions.ts";
import { sagas } from "./sagas.projection.ts";
import { sales } from "./sales.projection.ts";
import { stockProjection } from "./stock.projection.ts";

/** A new read model is a file of its own, and its name here. */
export const projections = [
	sales,
	stockProjection,
	names,
	customers,
	cartsProjection,
	claimsProjection,
	sagas,
];
const { rebuilt, lagged } = reporting;

export default service(reporting, {
	mixins: [
		database,
		outbox,
		projector({ projections, feed: readFeed, rebuilt, lagged }),
		wokenBy("audit.appended"),
	],
	actions: { ...reportActions, ...analyticsActions, ...modelActions },
});
