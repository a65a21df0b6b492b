import { service } from "../../lib/service.ts";
import { database } from "../../mixins/database.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { operatingActions } from "./operating.actions.ts";
import { orchestrator } from "./orchestrator.ts";
import { placingActions } from "./placing.actions.ts";
import { readingActions } from "./reading.actions.ts";
import { sagas } from "./saga.contract.ts";
import { watchman } from "./watchman.ts";

export default service(sagas, {
	mixins: [database, outbox, orchestrator, watchman],
	actions: { ...placingActions, ...readingActions, ...operatingActions },
});
