import type { Context } from "moleculer";
import { asService } from "../../config/identity.ts";
import { saidAs } from "../../lib/refusal.ts";
import { malformed } from "../../lib/validator.ts";
import { customerNotFound, customers, unknownCustomer } from "../customers/customers.contract.ts";
import { identity, USER_ROLES, userNotFound } from "../identity/identity.contract.ts";
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

/** A role, or a role at a store: anything else is nobody. */
function mustBeRole(named: Recipient): Recipient {
	const [role = ""] = named.recipient_id.split("-");
	if ((USER_ROLES as readonly string[]).includes(role)) return named;
	throw malformed([{ field: "recipient_id", message: "is no role", keyword: "enum" }]);
}
