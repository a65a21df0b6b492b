import Type from "typebox";
import type { Recorded } from "../../lib/fact.ts";
import { table } from "../database.mixin.ts";

/** How far a reader is with the facts of one key of one producer. */
export const watermarks = table(
	"inbox",
	Type.Object({
		producer: Type.String(),
		key: Type.String(),
		last_seq: Type.Integer(),
		parked: Type.Boolean(),
	}),
	"producer",
	"key",
);
export type Watermark = typeof watermarks.row & {};

export const letters = table(
	"dead_letter",
	Type.Object({
		producer: Type.String(),
		key: Type.String(),
		key_seq: Type.Integer(),
		message_id: Type.String(),
		body: Type.Unsafe<Recorded>(Type.Object({})),
		error: Type.String(),
		attempts: Type.Integer(),
		parked_at: Type.Integer(),
		/** Why an operator let it go: it stays as evidence. */
		discarded: Type.Optional(Type.String()),
	}),
	"producer",
	"key",
	"key_seq",
);
/** A fact that could not be applied, or that stands behind one, until an operator decides. */
export type DeadLetter = typeof letters.row & {};
