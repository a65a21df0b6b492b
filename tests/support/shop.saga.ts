import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { Id } from "../../lib/fields.ts";
import { refusal } from "../../lib/refusal.ts";
import { only, saga } from "../../sagas/saga.ts";

export const soldOut = refusal(
	"SOLD_OUT",
	409,
	{ fr: "Il n'en reste que {left}", en: "Only {left} left" },
	{ fr: "Épuisé", en: "Sold out" },
);
const asks = action({
	summary: "Asks for something",
	params: { id: Id },
	returns: Type.Object({ n: Type.Integer() }),
	refusals: [soldOut],
});
const undoes = action({ summary: "Undoes it", params: { id: Id } });

export const shop = contract("shop", {
	look: asks,
	take: asks,
	untake: undoes,
	make: asks,
	unmake: undoes,
	go: asks,
	keep: asks,
	close: asks,
});
const id = only("id");

/** Has every kind of step, and no business. */
export const shopping = saga("shopping", {
	version: 1,
	deadline_ms: 60_000,
	completed: "Bought",
	input: { id: Id },
})
	.key((input) => input.id)
	.read("LOOK", shop.look, id, { doing: "LOOKING" })
	.step("TAKE", shop.take, id, { done: "TAKEN" })
	.undo("UNTAKE", shop.untake, id)
	.step("MAKE", shop.make, id, { done: "MADE", unavailable: "Nobody makes it" })
	.undo("UNMAKE", shop.unmake, id)
	.pivot("GO", shop.go, id, { failed: "No go" })
	.retriable("KEEP", shop.keep, id)
	.retriable("CLOSE", shop.close, ({ id, KEEP }) => ({ id: `${id}${KEEP.n}` }))
	.build();
