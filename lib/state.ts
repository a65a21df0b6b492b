import { refusal } from "./refusal.ts";

/** What cannot happen to a thing from the state that it is in. */
export const wrongState = refusal("WRONG_STATE", 409, {
	fr: "Impossible dans l'état {state}",
	en: "Not possible in state {state}",
});
