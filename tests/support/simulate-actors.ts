import type { Saga } from "../../sagas/saga.ts";
import { hashOf } from "../../services/saga/definitions.ts";
import type { Command } from "../../services/saga/event.ts";
import type { Head } from "../../services/saga/journal.ts";
import type { Actor, Process } from "./simulate.ts";

const inputOf = (saga: Saga, order_id: string) =>
	saga.name === "order-cancellation"
		? { order_id }
		: {
				order_id,
				customer_id: "customer_1",
				lines: [{ location_id: "online", product_id: "1", quantity: 2 }],
				payment_method: "credit_card",
			};

/** Asks for a saga until it has an id, always with the same request: a new id is offered each time. */
export function customer(saga: Saga, order_id: string): Actor {
	let offered = 0;
	const hash = hashOf(saga);
	return async ({ engine, journal }) => {
		const request_key = `request/${order_id}`;
		if (await journal.asked(request_key)) return true;
		const head: Head = {
			saga_id: `saga_${order_id}_${++offered}`,
			name: saga.name,
			version: saga.version,
			hash,
			business_key: order_id,
			request_key,
			correlation_id: "req_1",
			actor: "customer_1",
		};
		if (await engine.start(head, inputOf(saga, order_id))) return true;
		return (await journal.holder(head)) !== undefined;
	};
}

/** Says its word once the saga is there; what is refused is an answer too. */
export function operator(op: Command["op"], order_id: string): Actor {
	return async (process) => {
		const saga_id = await idOf(process, order_id);
		if (!saga_id) return false;
		const word = { type: "COMMAND" as const, op, actor: "admin", reason: "because" };
		const result = await process.engine.command(saga_id, word);
		return result !== "not_found" && result !== "lost";
	};
}

async function idOf({ journal }: Process, business_key: string) {
	const asked = { business_key, request_key: `request/${business_key}` } as Head;
	return (await journal.holder(asked))?.head.saga_id;
}
