import type { Params } from "../../lib/contract.ts";
import { newId } from "../../lib/ids.ts";
import { versionConflict } from "../../lib/version.ts";
import {
	type Customer,
	type CustomerAddress,
	type customers,
	tooManyAddresses,
} from "./customers.contract.ts";

const ADDRESSES_MAX = 50;

/** Two spellings of one mailbox are one customer. */
export const mailbox = (email: string) => email.trim().toLowerCase();

export function opened(profile: Params<typeof customers.create>, now: string): Customer {
	const { email, locale = "fr" } = profile;
	return {
		...profile,
		...(email && { email: mailbox(email) }),
		id: newId("cus"),
		locale,
		status: "active",
		version: 1,
		created_at: now,
		updated_at: now,
	};
}

/** Its version goes on even when nothing else does. */
export function changed(
	customer: Customer,
	{ id: _, version: expected, email, ...changes }: Params<typeof customers.update>,
	now: string,
): Customer {
	const { version } = customer;
	if (expected !== undefined && expected !== version) throw versionConflict({ version });
	return {
		...customer,
		...changes,
		...(email && { email: mailbox(email) }),
		version: version + 1,
		updated_at: now,
	};
}

/** A customer keeps a limited number of addresses. */
export function addressed(
	{ id: customer_id, ...place }: Params<typeof customers.addAddress>,
	kept: number,
	now: string,
): CustomerAddress {
	if (kept >= ADDRESSES_MAX) throw tooManyAddresses({ limit: ADDRESSES_MAX });
	return {
		province: "QC",
		country: "CA",
		...place,
		id: newId("adr"),
		customer_id,
		created_at: now,
	};
}
