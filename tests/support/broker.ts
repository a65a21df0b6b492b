import {
	type BrokerOptions,
	type Middleware,
	type Service,
	ServiceBroker,
	type ServiceSchema,
} from "moleculer";
import type { TSchema } from "typebox";
import { signed } from "../../config/identity.ts";
import { closed } from "../../lib/contract.ts";
import type { Scope } from "../../lib/scope.ts";
import { checker } from "../../lib/validator.ts";
import { brokerOptions } from "../../moleculer.config.ts";
import { useTransport } from "./transport.ts";

/** Calling options of someone: `catalog.update(shop, params, as("head_office"))`. */
export const as = (role: Scope["role"], scope: Partial<Scope> = {}, headers: object = {}) => ({
	/** Signed at each call: a signature does not outlive a long test. */
	get headers() {
		return { ...headers, identity: signed({ actor: `test_${role}`, role, ...scope }) };
	},
});

/** A broker as in production, but silent, and strict about replies. The test starts and stops it. */
export function broker(services: ServiceSchema[], options: BrokerOptions = {}) {
	const production = brokerOptions();
	const made = new ServiceBroker({
		...production,
		middlewares: [...(production.middlewares ?? []), strictReplies],
		logger: false,
		skipProcessEventRegistration: true,
		...options,
	});
	useTransport(made);
	for (const schema of services) made.createService(schema);
	return made;
}

/** A reply that is not what its contract says, down to a field too many, fails the test. */
const strictReplies: Middleware = {
	localAction(next, action) {
		const { name, returns } = action as { name?: string; returns?: TSchema };
		if (!returns) return next;
		let faultsOf: ReturnType<typeof checker> | undefined; // few actions of all are called by a test
		return async function strict(this: Service, ctx) {
			const reply: unknown = await next.call(this, ctx);
			faultsOf ??= checker(closed(returns));
			const faults = faultsOf(reply);
			if (faults.length > 0) throw new Error(`${name} replied badly: ${JSON.stringify(faults)}`);
			return reply;
		};
	},
};
