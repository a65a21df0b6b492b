import Type, { type Static } from "typebox";
import { action } from "./contract.ts";
import { Instant, Text } from "./fields.ts";
import { refusal } from "./refusal.ts";

export const letterNotFound = refusal("DEAD_LETTER_NOT_FOUND", 404, {
	fr: "Message en souffrance {id} introuvable",
	en: "Dead letter {id} not found",
});

export const letterFails = refusal("DEAD_LETTER_FAILS", 409, {
	fr: "Le message en souffrance {id} échoue encore : {reason}",
	en: "Dead letter {id} fails again: {reason}",
});
export const letterBehind = refusal("DEAD_LETTER_BEHIND", 409, {
	fr: "Le message en souffrance {id} n'est pas le premier de {key} : traitez d'abord celui-là",
	en: "Dead letter {id} is not the first of {key}: deal with that one before",
});

/** A fact that its reader could not apply, or that stands behind one of the same key. */
export const Letter = Type.Object({
	message_id: Type.String(),
	producer: Type.String(),
	event: Type.String(),
	version: Type.Integer(),
	key: Type.String(),
	key_seq: Type.Integer(),
	error: Type.String(),
	attempts: Type.Integer(),
	parked_at: Instant,
});
export type Letter = Static<typeof Letter>;

const MessageId = Text(60);

/** What every context that hears facts offers to operators: spread into its contract. */
export const letterEntries = {
	deadLetters: action({
		summary: "Facts that this context could not apply, the longest parked first",
		repeatable: true,
		params: { limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 500 })) },
		returns: Type.Object({ items: Type.Array(Letter) }),
	}),
	redriveLetter: action({
		summary: "Apply a parked fact, and those of its key, in order",
		params: { message_id: MessageId },
		returns: Type.Object({ applied: Type.Integer() }),
		refusals: [letterNotFound, letterFails],
	}),
	discardLetter: action({
		summary: "Let go of the first parked fact of a key; it is kept as evidence",
		params: { message_id: MessageId, reason: Text(500) },
		refusals: [letterNotFound, letterBehind],
	}),
};
