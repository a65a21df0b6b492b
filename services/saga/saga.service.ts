import { service } from "../../lib/service.ts";
import { database } from "../../mixins/database.mixin.ts";
import { every } from "../../mixins/every.mixin.ts";
import { inbox } from "../../mixins/inbox.mixin.ts";
import { letterActions } from "../../mixins/letters.actions.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { herald } from "./herald.ts";
import { operatingActions } from "./operating.actions.ts";
import { orchestrator } from "./orchestrator.ts";
import { placer } from "./placer.ts";
import { placingActions } from "./placing.actions.ts";
import { readingActions } from "./reading.actions.ts";
import { sagas } from "./saga.contract.ts";
import { observing } from "./story.reactions.ts";
import { watcher } from "./story-watcher.ts";
import { watchman } from "./watchman.ts";

const PLACE_MS = 5_000;

export default service(sagas, {
	mixins: [
		database,
		outbox,
		inbox,
		orchestrator,
		watchman,
		herald,
		watcher,
		placer,
		every(PLACE_MS, sagas.placeLeft),
	],
	actions: { ...placingActions, ...readingActions, ...operatingActions, ...letterActions },
	events: { ...observing },
});
