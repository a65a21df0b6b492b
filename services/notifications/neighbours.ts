import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import { saidAs } from "../../lib/refusal.ts";
import { customerNotFound, customers, unknownCustomer } from "../customers/customers.contract.ts";
import { identity, userNotFound } from "../identity/identity.contract.ts";
import { mustBeRole } from "./notification.ts";
import { type Recipient, unknownUser } from "./notifications.contract.ts";

const acting = () => ({ headers: asService("notifications") });

/** Who is meant, by the id that is theirs; whoever is not there is refused: nobody would ever read it. */
export async function recipientOf(ctx: Context, named: Recipient): Promise<Recipient> {
	const { recipient_type, recipient_id: id } = named;
	if (recipient_type === "role") return mustBeRole(named);
	const found =
		recipient_type === "customer"
			? await customers
					.get(ctx, { id }, acting())
					.catch(saidAs(customerNotFound, unknownCustomer({ id })))
			: await identity
					.getUser(ctx, { id }, acting())
					.catch(saidAs(userNotFound, unknownUser({ id })));
	return { recipient_type, recipient_id: found.id };
}
