import type { Fact } from "../../lib/fact.ts";
import type { Scope } from "../../lib/scope.ts";
import type { Cause } from "../../mixins/delivery/cause.ts";
import type { Head, Write } from "./journal.ts";
import { type SagaView, sagas } from "./saga.contract.ts";
import { failure, secondsBetween, stepsOf } from "./view.ts";

/** What a transition tells the world, in the transaction that makes it true. */
export function factsOf({ head, event, decision: { state, says } }: Write): Fact[] {
	const { order_id, claim_id, cart_id } = state.input as Record<string, string | undefined>;
	const told = {
		saga_id: head.saga_id,
		name: head.name,
		business_key: head.business_key,
		state: state.state as SagaView["status"],
		...(order_id && { order_id }),
		...(claim_id && { claim_id }),
		...(cart_id && { cart_id }),
		...(head.customer_id && { customer_id: head.customer_id }),
		...(state.message && { message: state.message }),
		...(state.error && { error: failure(state.error) }),
	};
	const { op = "", actor = "", reason = "" } = event.type === "COMMAND" ? event : {};
	const duration = secondsBetween(state.created_at, state.finished_at ?? state.updated_at);
	const end = state.status === "COMPLETED" ? sagas.completed : sagas.compensated;
	const facts = {
		started: () => sagas.started(told),
		turned: () => sagas.turned(told),
		blocked: () => sagas.blocked(told),
		commanded: () => sagas.commanded({ ...told, op, actor, reason }),
		ended: () => end({ ...told, duration, steps: stepsOf(state) }),
	};
	return says.map((said) => facts[said]());
}

const askers = new WeakMap<Head, Scope>(); // needed until the start is written, and not kept

/** Who asks for the saga that begins with this head. */
export const askedFor = (head: Head, asker: Scope): void => void askers.set(head, asker);

/**
 * A fact of a saga comes from the request that started it, however much later it is. Its start is
 * told in the name of who asked for it, a command in that of who gave it.
 */
export const causedBy = ({ head, event, rev }: Write): Cause => ({
	id: head.saga_id,
	requestID: head.correlation_id,
	headers: head.traceparent ? { traceparent: head.traceparent } : {},
	locals: { scope: (rev === 0 ? askers.get(head) : giverOf(event)) ?? ITSELF },
});
const ITSELF: Scope = { actor: "saga", role: "service" };

const giverOf = (event: Write["event"]): Scope | undefined =>
	event.type === "COMMAND" && event.actor_role
		? { actor: event.actor, role: event.actor_role }
		: undefined;
