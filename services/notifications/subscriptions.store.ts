import Type from "typebox";
import { afterId, LIMIT, paged } from "../../lib/cursor.ts";
import { decode, type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import {
	Subscription,
	subscriptionNotFound,
	tooManySubscriptions,
} from "./notifications.contract.ts";

const Row = Type.Object({ ...Subscription.properties, secret: Type.String() });
const subscriptions = table("webhook_subscription", Row, "id");
export type SubscriptionRow = typeof subscriptions.row & {};

const ACTIVE_MAX = 100; // each is asked about each fact

export async function addSubscription(tx: Tx, row: SubscriptionRow): Promise<void> {
	if ((await listActive(tx)).length >= ACTIVE_MAX)
		throw tooManySubscriptions({ limit: ACTIVE_MAX });
	await tx.insert(subscriptions, row);
}

export async function endSubscription(tx: Tx, id: string): Promise<SubscriptionRow> {
	const row = await tx.find(subscriptions, { id });
	if (!row) throw subscriptionNotFound({ id });
	await tx.update(subscriptions, { id }, { status: "ENDED" });
	return { ...row, status: "ENDED" };
}

export const findSubscription = (db: Reader, id: string) => db.find(subscriptions, { id });

export const listActive = (db: Reader) => db.list(subscriptions, { status: "ACTIVE" });

export async function pageOfSubscriptions(db: Reader, { limit = LIMIT, cursor }: Slice) {
	const rows = await db.query(
		`select * from webhook_subscription where id > $after order by id limit ${limit + 1}`,
		{ after: afterId.read(cursor) ?? "" },
	);
	return paged(
		rows.map((row) => decode(subscriptions, row)),
		limit,
		afterId.write,
	);
}
interface Slice {
	limit?: number;
	cursor?: string;
}

/** What the world sees of it: the secret was shown once. */
export const withoutSecret = ({ secret: _, ...subscription }: SubscriptionRow): Subscription =>
	subscription;
