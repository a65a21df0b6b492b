import type { Disposition } from "../../lib/fields.ts";
import type { Line } from "./inventory.contract.ts";
import { byShelf, type Entry } from "./stock.ts";

/** What comes back because of a claim that is refunded. */
export interface Return {
	readonly claim_id: string;
	readonly disposition: Disposition;
	readonly lines: readonly Line[];
	/** What they were sold by: it must not bring them back once more. */
	readonly order_id?: string | undefined;
}

/** Why it cannot come back. */
export const NO = { archived: "LOCATION_ARCHIVED", unknown: "UNKNOWN_SHELF" } as const;
export const REASON = "claim";

type Kind = "claim_refund" | "damage";
const KINDS: Record<Disposition, readonly Kind[]> = {
	restock: ["claim_refund"],
	damaged: ["claim_refund", "damage"], // comes in and goes out: the ledger has seen it
	none: [],
};

/** What enters the ledger, one posting after the other, each with an entry for each shelf. */
export const postingsOf = ({ claim_id, disposition, lines }: Return): Entry[][] =>
	KINDS[disposition].map((type) =>
		byShelf(lines).map(({ location_id, product_id, quantity }) => ({
			...{ location_id, product_id, type, reason: REASON },
			on_hand_delta: type === "damage" ? -quantity : quantity,
			reserved_delta: 0,
			...{ ref_type: "claim", ref_id: claim_id },
		})),
	);
