import { charges, holds, rows, shelves, sold } from "../support/ledgers.ts";
import type { Checks, Evidence } from "./checks.ts";

interface Order {
	id: string;
	saga_id: string;
	status: string;
	total_cents: number;
}
const STANDS = ["CONFIRMED", "SHIPPED", "DELIVERED", "COMPLETED"];
const ordersOf = (data_dir: string) =>
	rows<Order>(data_dir, "orders", "select * from orders where saga_id is not null");

/** Of each order: what it costs if it stands, less what its claims have been given back. */
function dues(data_dir: string): Map<string, number> {
	const refunds = rows<{ ref_id: string; cents: number }>(
		data_dir,
		"payments",
		`select p.ref_id, sum(r.amount_cents) as cents from refund r join payment p on p.id = r.payment_id
		where r.ref_type = 'claim' and r.status = 'SUCCEEDED' group by p.ref_id`,
	);
	const given = new Map(refunds.map(({ ref_id, cents }) => [ref_id, cents]));
	return new Map(
		ordersOf(data_dir).map(({ id, status, total_cents }) => [
			id,
			(STANDS.includes(status) ? total_cents : 0) - (given.get(id) ?? 0),
		]),
	);
}

/** What was taken and not given back is what confirmed orders cost, less what claims were given. */
function money({ data_dir }: Evidence): string[] {
	const due = dues(data_dir);
	const ours = new Map(
		rows<{ ref_id: string; cents: number }>(
			data_dir,
			"payments",
			`select ref_id, sum(captured_cents - refunded_cents) as cents from payment
			where ref_type = 'order' group by ref_id`,
		).map(({ ref_id, cents }) => [ref_id, cents]),
	);
	const theirs = charges(data_dir);
	const differ = [...due].flatMap(([id, cents]) => [
		...(cents === (ours.get(id) ?? 0) ? [] : [`${id}: ${cents} due, ${ours.get(id)} in our books`]),
		...(cents === (theirs.get(id) ?? 0)
			? []
			: [`${id}: ${cents} due, ${theirs.get(id)} in theirs`]),
	]);
	const nobodys = [...theirs].filter(([id, cents]) => cents !== 0 && !due.has(id));
	return [...differ, ...nobodys.map(([id, cents]) => `${id}: ${cents} were taken for no order`)];
}

/** On hand, reserved and sold are what was received; a level is the sum of its movements. */
function stock({ data_dir }: Evidence): string[] {
	const gone = sold(data_dir);
	const wrong = shelves(data_dir).flatMap((shelf) => {
		const name = `${shelf.location_id}:${shelf.product_id}`;
		const { on_hand, reserved, received, ledger_on_hand, ledger_reserved } = shelf;
		const units = gone.get(name) ?? 0;
		const isWhole = on_hand + reserved + units === received;
		const isSum = on_hand === ledger_on_hand && reserved === ledger_reserved;
		return isWhole && isSum ? [] : [`${name}: ${JSON.stringify({ ...shelf, sold: units })}`];
	});
	return [...wrong, ...holds(data_dir).map(({ id }) => `${id} is held for nobody`)];
}

interface Saga {
	saga_id: string;
	name: string;
	status: string;
	blocked: number;
	finished_at: number | null;
}

/** Every saga has ended, with what its order and whoever asked for it say too. */
function sagas({ data_dir, bought }: Evidence): string[] {
	const all = rows<Saga>(data_dir, "saga", "select * from saga");
	const byId = new Map(all.map((saga) => [saga.saga_id, saga]));
	const orders = new Map(ordersOf(data_dir).map((order) => [order.saga_id, order]));
	const open = all.filter(({ finished_at, blocked }) => finished_at === null || blocked);
	const split = [...orders.values()].filter(
		({ saga_id, status }) =>
			STANDS.includes(status) !== (byId.get(saga_id)?.status === "COMPLETED"),
	);
	const told = bought.filter(({ answer }) => {
		const saga = byId.get(answer?.body.saga_id);
		return answer && saga?.status !== (answer.status === 201 ? "COMPLETED" : "COMPENSATED");
	});
	const begun = all.filter(({ name }) =>
		["order-processing", "order-choreographed"].includes(name),
	);
	const asked = new Set(bought.map(({ key, answer }) => answer?.body.saga_id ?? key));
	const unknown = bought.filter(({ answer }) => !answer).length; // there is one of them, or none
	return [
		...open.map(({ saga_id, status }) => `${saga_id} has not ended: ${status}`),
		...split.map(({ id, status }) => `${id} is ${status}: its saga has ended otherwise`),
		...told.map(({ key, answer }) => `${key} was told ${answer?.status}: its saga ended otherwise`),
		...(bought.length === 0 || (begun.length <= asked.size && begun.length >= asked.size - unknown)
			? []
			: [`${begun.length} sagas for ${asked.size} orders that were asked for`]),
	];
}

/** No transition is missing of any saga, or counted twice. */
const histories = ({ data_dir }: Evidence): string[] =>
	rows<{ saga_id: string; n: number; last: number }>(
		data_dir,
		"saga",
		`select saga_id, count(*) as n, max(seq) as last from saga_history group by saga_id
		having n <> last - min(seq) + 1`,
	).map(({ saga_id, n, last }) => `${saga_id} has ${n} transitions, the last is ${last}`);

export const bookChecks: Checks = {
	"D6 I1 what was paid and kept is what orders and claims say, in our books and the provider's":
		money,
	"D12 I2 what is on hand, held and sold was received, and each level is the sum of its ledger":
		stock,
	"G17 CLM-15 I4 every saga has ended, as its order and its buyer know": sagas,
	"G11 I7 no history of a saga has a gap": histories,
};
