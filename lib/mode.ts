import Type from "typebox";

/** How an order is driven: by a saga, or by what each context hears of the one before. */
export const Mode = Type.Enum(["orchestrated", "choreographed"]);

export const isChoreographed = ({ mode }: { mode?: string }): boolean => mode === "choreographed";
/** Of a claim, too, nobody leads. */
export const isOfClaim = ({ claim_id }: { claim_id?: string }): boolean => claim_id !== undefined;
