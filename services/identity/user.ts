import { forbidden, reaches, type Scope } from "../../lib/scope.ts";
import { malformed } from "../../lib/validator.ts";
import { type Grant, USER_ROLES, type User, userNotFound } from "./identity.contract.ts";

const BOUND: readonly string[] = ["cashier", "store_manager"];

/** The one role that a token carries: the first in the order of `USER_ROLES`, then of locations. */
export function primary(roles: readonly Grant[]): Grant {
	const rank = ({ role, location_id = "" }: Grant) => `${USER_ROLES.indexOf(role)} ${location_id}`;
	const [first] = roles.toSorted((a, b) => (rank(a) < rank(b) ? -1 : 1));
	if (!first) throw new Error("A user without a role");
	return first;
}

/** A manager sees the cashiers of the own store, and nobody else; for the others, all are there. */
export const sees = (scope: Scope, { roles }: Pick<User, "roles">): boolean =>
	scope.role !== "store_manager" || roles.every((grant) => isOwnCashier(scope, grant));

/** Only an admin makes an admin, or touches one: a role cannot be lent upwards. */
export function refuseGrants(scope: Scope, roles: readonly Grant[]): void {
	const isAllowed =
		scope.role === "store_manager"
			? roles.every((grant) => isOwnCashier(scope, grant))
			: scope.role !== "head_office" || roles.every(({ role }) => role !== "admin");
	if (!isAllowed) throw forbidden();
}

/** The user that the caller may change; 404 for one that the caller does not see. */
export function mayChange(scope: Scope, user: User | undefined, id: string): User {
	if (!user || !sees(scope, user)) throw userNotFound({ id });
	refuseGrants(scope, user.roles);
	return user;
}

/** Cashiers and managers have a store, customers and suppliers are somebody's, the rest are not. */
export function refuseMisfits(roles: readonly Grant[], { customer_id, supplier_id }: Owner): void {
	const has = (role: string) => roles.some((grant) => grant.role === role);
	const faults = [
		...roles.flatMap(({ role, location_id }, at) =>
			BOUND.includes(role) === (location_id !== undefined) ? [] : [`roles.${at}.location`],
		),
		...(has("customer") === (customer_id !== undefined) ? [] : ["customer_id"]),
		...(has("supplier") === (supplier_id !== undefined) ? [] : ["supplier_id"]),
	];
	if (faults.length > 0)
		throw malformed(
			faults.map((field) => ({ field, message: "does not fit the roles", keyword: "roles" })),
		);
}

/** What the facts about a user say. */
export const told = ({ id: user_id, roles }: User) => {
	const { location_id } = primary(roles);
	const names = roles.map(({ role }) => role);
	return { user_id, roles: names, ...(location_id && { location_id }) };
};

const isOwnCashier = (scope: Scope, { role, location_id }: Grant) =>
	role === "cashier" && location_id !== undefined && reaches(scope, location_id);

interface Owner {
	customer_id?: string | undefined;
	supplier_id?: string | undefined;
}
