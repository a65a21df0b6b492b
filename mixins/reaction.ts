import Type from "typebox";
import type { Recorded } from "../lib/fact.ts";
import { type Tx, table } from "./database.mixin.ts";

const reactions = table(
	"reaction",
	Type.Object({ event: Type.String(), about: Type.String() }),
	"event",
	"about",
);

/**
 * Says whether this kind of fact is heard of a thing for the first time. The inbox drops a message
 * that comes again; this, another message that says the same again.
 */
export const isFirst = (tx: Tx, { event }: Pick<Recorded, "event">, about: string) =>
	tx.claim(reactions, { event, about });
