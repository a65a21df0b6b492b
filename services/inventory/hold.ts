import type { Hold, Line } from "./inventory.contract.ts";
import type { Entry } from "./stock.ts";

const HOLD_MS = 15 * 60_000; // long enough to pay, short enough for the next buyer

/** A line of a hold, as it is kept. */
export interface Reservation extends Line {
	readonly id: string;
	readonly owner_type: Hold["owner_type"];
	readonly owner_id: string;
	readonly status: "HELD" | "COMMITTED" | "RELEASED" | "EXPIRED";
	readonly expires_at?: string;
}

/** What a saga or a transfer holds, only its owner gives back. */
export const expiryOf = (
	owner_type: Hold["owner_type"],
	{ inSaga, now }: { inSaga: boolean; now: number },
): string | undefined =>
	inSaga || owner_type === "saga" || owner_type === "transfer"
		? undefined
		: new Date(now + HOLD_MS).toISOString();

/** Which way units go, for each thing that can happen to a hold. */
const WAYS = {
	reserve: { on_hand: -1, reserved: 1 },
	release: { on_hand: 1, reserved: -1 },
	sale: { on_hand: 0, reserved: -1 },
	restore: { on_hand: 1, reserved: 0 },
} as const;

export const entriesOf = (
	type: keyof typeof WAYS,
	{ owner_type, owner_id, lines }: Hold,
): Entry[] =>
	lines.map(({ location_id, product_id, quantity }) => ({
		location_id,
		product_id,
		on_hand_delta: WAYS[type].on_hand * quantity,
		reserved_delta: WAYS[type].reserved * quantity,
		type,
		ref_type: owner_type,
		ref_id: owner_id,
	}));

/** The holds that lines of reservations make: one for each kind of owner. */
export function holdsOf(reservations: readonly Reservation[]): Hold[] {
	const holds = Map.groupBy(reservations, ({ owner_type }) => owner_type);
	return [...holds].map(([owner_type, lines]) => ({
		owner_type,
		owner_id: lines[0]?.owner_id ?? "",
		lines: lines.map(({ location_id, product_id, quantity }) => ({
			location_id,
			product_id,
			quantity,
		})),
	}));
}
