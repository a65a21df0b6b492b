import Type, { type Static } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { Id, Instant, Locale, pageOf, paging, Text, Version } from "../../lib/fields.ts";
import { inBody, refusal } from "../../lib/refusal.ts";
import { forbidden } from "../../lib/scope.ts";
import { versionConflict } from "../../lib/version.ts";

export const customerNotFound = refusal("CUSTOMER_NOT_FOUND", 404, {
	fr: "Client {id} introuvable",
	en: "Customer {id} not found",
});
/** In an order, it is the request that is wrong. */
export const unknownCustomer = inBody(customerNotFound);

export const emailTaken = refusal("EMAIL_TAKEN", 409, {
	fr: "Un autre compte a déjà ce courriel",
	en: "Another account already has this e-mail address",
});
export const tooManyAddresses = refusal("TOO_MANY_ADDRESSES", 409, {
	fr: "Un client a {limit} adresses au plus",
	en: "A customer has at most {limit} addresses",
});

const Email = Type.String({ format: "email", maxLength: 254 });
const Phone = Type.String({ pattern: "^\\+?[0-9 ().-]{7,24}$" });

/** What a customer may say of itself. */
const profile = {
	first_name: Text(100),
	last_name: Text(100),
	email: Type.Optional(Email),
	phone: Type.Optional(Phone),
};
const CustomerStatus = Type.Enum(["active", "archived"]);

export const Customer = Type.Object({
	id: Id,
	...profile,
	locale: Locale,
	status: CustomerStatus,
	version: Version,
	created_at: Instant,
	updated_at: Instant,
});
export type Customer = Static<typeof Customer>;

const place = {
	label: Type.Optional(Text(60)),
	line1: Text(200),
	line2: Type.Optional(Text(200)),
	city: Text(100),
	postal_code: Type.Optional(Text(20)),
};
export const CustomerAddress = Type.Object({
	id: Id,
	customer_id: Id,
	...place,
	province: Type.String({ pattern: "^[A-Z]{2}$" }),
	country: Type.String({ pattern: "^[A-Z]{2}$" }),
	created_at: Instant,
});
export type CustomerAddress = Static<typeof CustomerAddress>;

const about = "customer:{customer_id}" as const;

export const customers = contract("customers", {
	get: action({
		summary: "A customer's profile",
		rest: "GET /customers/:id",
		roles: ["customer", "cashier", "store_manager", "head_office", "admin"],
		versioned: true,
		key: "id",
		repeatable: true,
		params: { id: Id },
		returns: Customer,
		refusals: [customerNotFound],
	}),
	list: action({
		summary: "Look customers up by name, e-mail or phone",
		rest: "GET /customers",
		roles: ["cashier", "store_manager", "head_office", "admin"],
		repeatable: true,
		params: {
			...paging,
			search: Type.Optional(Text(100)),
			status: Type.Optional(CustomerStatus),
			sort: Type.Optional(Type.Enum(["last_name", "-last_name", "created_at", "-created_at"])),
		},
		returns: pageOf(Customer),
	}),
	create: action({
		summary: "Open a customer's profile",
		rest: "POST /customers",
		roles: ["cashier", "store_manager", "head_office"],
		status: 201,
		location: "/api/v1/customers/{id}",
		versioned: true,
		params: { ...profile, locale: Type.Optional(Locale) },
		returns: Customer,
		refusals: [emailTaken],
	}),
	update: action({
		summary: "Change a profile: a customer its own, staff any",
		rest: "PATCH /customers/:id",
		roles: ["customer", "cashier", "store_manager", "head_office"],
		versioned: true,
		key: "id",
		params: {
			id: Id,
			first_name: Type.Optional(Text(100)),
			last_name: Type.Optional(Text(100)),
			email: Type.Optional(Email),
			phone: Type.Optional(Phone),
			locale: Type.Optional(Locale),
			status: Type.Optional(CustomerStatus),
			version: Type.Optional(Version),
		},
		returns: Customer,
		refusals: [customerNotFound, emailTaken, versionConflict, forbidden],
	}),
	listAddresses: action({
		summary: "A customer's addresses, oldest first",
		rest: "GET /customers/:id/addresses",
		roles: ["customer", "cashier", "store_manager", "head_office", "admin"],
		key: "id",
		repeatable: true,
		params: { id: Id },
		returns: Type.Object({ items: Type.Array(CustomerAddress) }),
		refusals: [customerNotFound],
	}),
	addAddress: action({
		summary: "Add an address to a customer; in Québec unless said",
		rest: "POST /customers/:id/addresses",
		roles: ["customer", "cashier", "store_manager", "head_office"],
		status: 201,
		key: "id",
		params: {
			id: Id,
			...place,
			province: Type.Optional(CustomerAddress.properties.province),
			country: Type.Optional(CustomerAddress.properties.country),
		},
		returns: CustomerAddress,
		refusals: [customerNotFound, tooManyAddresses],
	}),

	created: event({ customer_id: Id }, { about }),
	updated: event({ customer_id: Id }, { about }),
});
