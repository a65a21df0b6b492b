import { orderCancellation } from "../../sagas/order-cancellation.saga.ts";
import { orderProcessing } from "../../sagas/order-processing.saga.ts";
import type { Command } from "../../services/saga/event.ts";
import type { Cut, Setting } from "./simulate.ts";
import { customer, operator } from "./simulate-actors.ts";
import type { Order } from "./simulate-books.ts";
import { seeded } from "./simulate-clock.ts";
import type { Fate } from "./simulate-network.ts";

const ORDERS = 4;
/** Then everything is well again, and all must end. */
const FAULTS_MS = 15_000;
const FATES: Fate[] = ["lost_before", "lost_after", "late", "twice", "nobody", "refuse"];
const CUTS: Cut[] = ["kill_before", "kill_after", "error_before", "error_after"];
const WORDS: Command["op"][] = ["cancel", "pause", "retry"];

/** Three orchestrators on the same rows, none of which knows of the others; all from one seed. */
export function anything(seed: number): { setting: Setting; orders: readonly Order[] } {
	const random = seeded(seed);
	const pick = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)] as T;
	const fault_rate = random() * 0.4;
	const cut_rate = random() * 0.06;
	const orders = Array.from({ length: ORDERS }, (_, n) => ({
		order_id: `ord_${n}`,
		isConfirmed: random() < 0.4,
	}));
	const actors = orders.flatMap(({ order_id, isConfirmed }) => {
		const begins = {
			actor: customer(isConfirmed ? orderCancellation : orderProcessing, order_id),
			at_ms: random() * 500,
		};
		if (random() < 0.6) return [begins];
		const says = (op: Command["op"], at_ms: number) => ({ actor: operator(op, order_id), at_ms });
		const at_ms = begins.at_ms + random() * 3_000;
		return [begins, says(pick(WORDS), at_ms), says("resume", at_ms + random() * 5_000)];
	});
	let elapsed = 0;
	const setting: Setting = {
		orders,
		actors,
		seed,
		processes: 3,
		fateOf(_, __, elapsed_ms) {
			elapsed = elapsed_ms;
			return elapsed_ms < FAULTS_MS && random() < fault_rate ? pick(FATES) : "ok";
		},
		cuts: () => (elapsed < FAULTS_MS && random() < cut_rate ? pick(CUTS) : undefined),
	};
	return { setting, orders };
}
