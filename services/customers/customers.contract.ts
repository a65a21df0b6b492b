import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Id, Locale } from "../../lib/fields.ts";
import { inBody, refusal } from "../../lib/refusal.ts";

export const customerNotFound = refusal("CUSTOMER_NOT_FOUND", 404, {
	fr: "Client {id} introuvable",
	en: "Customer {id} not found",
});
/** In an order, it is the request that is wrong. */
export const unknownCustomer = inBody(customerNotFound);

export const Customer = Type.Object({
	id: Id,
	first_name: Type.String(),
	last_name: Type.String(),
	email: Type.Optional(Type.String()),
	locale: Locale,
});
export type Customer = Static<typeof Customer>;

export const customers = contract("customers", {
	get: action({
		summary: "A customer's profile",
		rest: "GET /customers/:id",
		roles: ["customer", "cashier", "store_manager", "head_office"],
		params: { id: Id },
		returns: Customer,
		refusals: [customerNotFound],
	}),
	updated: event({ customer_id: Id }, { about: "customer:{customer_id}" }),
});
