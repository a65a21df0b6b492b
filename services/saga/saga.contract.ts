import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { Id } from "../../lib/fields.ts";

const SagaIds = Type.Array(Id, { maxItems: 200 });

export const sagas = contract("saga", {
	live: action({
		summary: "Which of these sagas have not ended, so that what they hold is theirs",
		params: { saga_ids: SagaIds },
		returns: Type.Object({ saga_ids: SagaIds }),
	}),
});
