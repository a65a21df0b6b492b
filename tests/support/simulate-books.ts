import { DEFINITIONS, schemasOf } from "../../services/saga/definitions.ts";

export const schemas = schemasOf(DEFINITIONS);
export const TOTAL = 1_200;
const QUANTITY = 2;
const RECEIVED = 100;

export interface Order {
	readonly order_id: string;
	/** Bought and paid for already, as one that is to be cancelled. */
	readonly isConfirmed?: boolean;
}
type Params = { order_id?: string; owner_id?: string };
type Answer = { reply?: unknown } | { refusal: string };

/** Stock, orders and money: plain effects, that nothing keeps from happening twice. */
export function books(orders: readonly Order[]) {
	const stock = { received: RECEIVED, on_hand: RECEIVED, reserved: 0, sold: 0 };
	const held = new Map<string, number>();
	const sold = new Map<string, number>();
	const status = new Map<string, string>();
	const captured = new Map<string, number>();
	const refunded = new Map<string, number>();
	const add = (map: Map<string, number>, key: string, n: number) =>
		map.set(key, (map.get(key) ?? 0) + n);

	const move = (order_id: string, from: "on_hand" | "reserved" | "sold", to: typeof from) => {
		stock[from] -= QUANTITY;
		stock[to] += QUANTITY;
		if (from === "reserved") add(held, order_id, -QUANTITY);
		if (to === "reserved") add(held, order_id, QUANTITY);
		if (from === "sold") add(sold, order_id, -QUANTITY);
		if (to === "sold") add(sold, order_id, QUANTITY);
	};
	const become = (id: string, from: string, to: string): Answer => {
		if (status.get(id) !== from) return { refusal: "WRONG_STATE" };
		status.set(id, to);
		return { reply: { id, status: to, total_cents: TOTAL } };
	};

	for (const { order_id, isConfirmed } of orders)
		if (isConfirmed) {
			move(order_id, "on_hand", "sold");
			status.set(order_id, "CONFIRMED");
			add(captured, order_id, TOTAL);
		}

	const actions: Record<string, (id: string) => unknown> = {
		"inventory.reserve": (id) => move(id, "on_hand", "reserved"),
		"inventory.release": (id) => move(id, "reserved", "on_hand"),
		"inventory.restore": (id) => move(id, "sold", "on_hand"),
		"orders.create"(id) {
			status.set(id, "PENDING");
			return { reply: { id, status: "PENDING", total_cents: TOTAL } };
		},
		"orders.cancel": (id) => void status.set(id, "CANCELLED"),
		"orders.confirm"(id) {
			const answer = become(id, "PENDING", "CONFIRMED");
			if ("reply" in answer) move(id, "reserved", "sold"); // as inventory does when it hears of it
			return answer;
		},
		"orders.beginCancel": (id) => become(id, "CONFIRMED", "CANCEL_PENDING"),
		"orders.abortCancel": (id) => void become(id, "CANCEL_PENDING", "CONFIRMED"),
		"orders.close": (id) => become(id, "CANCEL_PENDING", "CANCELLED"),
		"payments.capture"(id) {
			add(captured, id, TOTAL);
			return { reply: { id: `pay_${id}` } };
		},
		"payments.refund": (id) => void add(refunded, id, TOTAL),
		"payments.refundOrder"(id) {
			add(refunded, id, TOTAL);
			return { reply: { refunded_cents: TOTAL } };
		},
	};

	return {
		act(action: string, params: unknown): Answer {
			const { order_id, owner_id } = params as Params;
			return (actions[action]?.(order_id ?? owner_id ?? "") ?? {}) as Answer;
		},
		/** What the action may answer instead. One that declares nothing breaks its contract. */
		refusalOf: (action: string) => schemas.get(action)?.refusals?.[0]?.code ?? "UNHEARD_OF",
		stock,
		of: (id: string) => ({
			status: status.get(id),
			held: held.get(id) ?? 0,
			sold: sold.get(id) ?? 0,
			paid: (captured.get(id) ?? 0) - (refunded.get(id) ?? 0),
		}),
		quantity: QUANTITY,
	};
}
