import { gateway as config } from "../../config/gateway.ts";
import type { Exchange } from "./exchange.ts";
import { unavailable } from "./gateway.contract.ts";
import { refused } from "./metrics.ts";

const BUSY_S = 1;
const SHED_S = 5;

/** In the order in which they are given up, the first at the least pressure. */
const CLASSES = ["report", "guest", "other", "money"] as const;

/**
 * How many are in the house. Queues are for the contexts: here who finds no room is told at once.
 * Whose plan is unlimited is let in by the gateway, and meets the bulkheads of the contexts.
 */
export function admission() {
	const counts = new Map<string, number>();
	const roomOf = ({ consumer, address, operation }: Exchange) =>
		[
			["action", `action:${operation?.action}`],
			consumer
				? (["consumer", `consumer:${consumer.consumer}`] as const)
				: (["address", `address:${address}`] as const),
		] as const;

	return {
		/** Lets the request in, or refuses it; `level` is the pressure, 0 to 4. Who is let in must leave. */
		enter(exchange: Exchange, level: number): void {
			if (exchange.consumer?.unlimited) return;
			if (level > 0) shed(exchange, level);
			const rooms = roomOf(exchange);
			for (const [kind, room] of rooms)
				if ((counts.get(room) ?? 0) >= config.in_flight[kind]) throw full(kind, BUSY_S);
			for (const [, room] of rooms) counts.set(room, (counts.get(room) ?? 0) + 1);
			exchange.rooms = rooms.map(([, room]) => room);
		},

		leave({ rooms = [] }: Exchange): void {
			for (const room of rooms) {
				const left = (counts.get(room) ?? 1) - 1;
				if (left > 0) counts.set(room, left);
				else counts.delete(room);
			}
		},

		get size() {
			return counts.size;
		},
	};
}
export type Admission = ReturnType<typeof admission>;

function shed({ operation, scope }: Exchange, level: number): void {
	const limit = operation?.schema.limit;
	if (limit === "admin") return; // who is to find out why
	const kind =
		limit === "report"
			? "report"
			: limit === "write"
				? "money"
				: scope.role === "guest"
					? "guest"
					: "other";
	if (CLASSES.indexOf(kind) < level) throw full(kind, SHED_S);
}

function full(of: string, retry_after_s: number): Error {
	refused(of);
	return Object.assign(unavailable(), { retry_after_s });
}
