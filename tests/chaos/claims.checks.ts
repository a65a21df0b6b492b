import { type ClaimEvent, fold } from "../../services/claims/claim.ts";
import { rows } from "../support/ledgers.ts";
import type { Checks, Evidence } from "./checks.ts";

interface Row {
	id: string;
	status: string;
	version: number;
	amount_cents: number | null;
	disposition: string | null;
	order_id: string;
}
const claimsOf = (data_dir: string) => rows<Row>(data_dir, "claims", "select * from claim");

/** Each claim that was filed is there once, and is the fold of its events. */
function folded({ data_dir, filed }: Evidence): string[] {
	const events = Map.groupBy(
		rows<ClaimEvent & { claim_id: string; data: unknown }>(
			data_dir,
			"claims",
			"select * from claim_event order by claim_id, version",
		),
		({ claim_id }) => claim_id,
	);
	const all = claimsOf(data_dir);
	const wrong = all.filter((row) => {
		const life = (events.get(row.id) ?? []).map(
			({ claim_id: _, data, ...event }) =>
				({ ...event, data: JSON.parse(String(data)) }) as ClaimEvent,
		);
		const { status, version, amount_cents = null } = fold(life);
		return status !== row.status || version !== row.version || amount_cents !== row.amount_cents;
	});
	const told = filed.filter(({ answer }) => answer).map(({ answer }) => answer?.body.id);
	const isEach = new Set(told).size === told.length && told.length === all.length;
	const refused = filed.filter(({ answer }) => answer && answer.status !== 201);
	return [
		...wrong.map(({ id }) => `${id} is not what its events make of it`),
		...refused.map(({ key, answer }) => `${key} was refused: ${answer?.body.code}`),
		...(filed.length === 0 || isEach ? [] : [`${told.length} were filed, ${all.length} are there`]),
	];
}

interface Refund {
	ref_id: string;
	payment_id: string;
	amount_cents: number;
	status: string;
}

/** Each has ended as the provider answered: given back once what was due, or left to a person. */
function ended({ data_dir }: Evidence): string[] {
	const refunds = Map.groupBy(
		rows<Refund>(data_dir, "payments", "select * from refund where ref_type = 'claim'"),
		({ ref_id }) => ref_id,
	);
	const provider = new Map(
		rows<{ key: string; status: string; amount_cents: number }>(
			data_dir,
			"provider",
			"select key, status, amount_cents from charge_refund where key like 'claim:%'",
		).map((one) => [one.key, one]),
	);
	const fits = ({ id, status, amount_cents }: Row): boolean => {
		const [refund, ...more] = refunds.get(id) ?? [];
		const answer = provider.get(`claim:${id}`);
		if (!refund || !answer || more.length > 0) return false;
		if (refund.amount_cents !== answer.amount_cents) return false;
		return answer.status === "succeeded"
			? status === "CLOSED" && refund.status === "SUCCEEDED" && refund.amount_cents === amount_cents
			: status === "MANUAL_REVIEW" && refund.status === "FAILED";
	};
	return claimsOf(data_dir)
		.filter((claim) => !fits(claim))
		.map(({ id, status }) => {
			const answer = provider.get(`claim:${id}`)?.status ?? "was never asked";
			return `${id} is ${status}: the provider ${answer}, ${refunds.get(id)?.length ?? 0} refunds`;
		});
}

/** Goods of a claim come back once, if its money has gone, and as it was decided. */
function returned({ data_dir }: Evidence): string[] {
	const moved = new Map(
		rows<{ ref_id: string; moves: string }>(
			data_dir,
			"inventory",
			`select ref_id, group_concat(type, '+' order by seq) as moves from stock_movement
			where ref_type = 'claim' group by ref_id`,
		).map(({ ref_id, moves }) => [ref_id, moves]),
	);
	const due = { restock: "claim_refund", damaged: "claim_refund+damage", none: "" };
	return claimsOf(data_dir).flatMap(({ id, status, disposition }) => {
		const wanted = status === "CLOSED" ? due[disposition as keyof typeof due] : "";
		const found = moved.get(id) ?? "";
		return wanted === found ? [] : [`${id} (${status}): moved ${found || "nothing"}`];
	});
}

const TOLD_OF = ["orders.confirmed", "claims.submitted", "claims.approved", "claims.closed"];

/** Customers are told of each once, by each channel. */
function told({ data_dir }: Evidence): string[] {
	const notices = rows<{ cause: string; channel: string; n: number }>(
		data_dir,
		"notifications",
		`select substr(dedupe_key, 1, instr(dedupe_key, '/') - 1) as cause, channel, count(*) as n
		from notification where recipient_type = 'customer' group by 1, 2`,
	);
	const counts = new Map(notices.map(({ cause, channel, n }) => [`${cause} ${channel}`, n]));
	const causes = rows<{ message_id: string; type: string }>(
		data_dir,
		"audit",
		`select message_id, type from event where type in ('${TOLD_OF.join("', '")}')
			and coalesce(data->>'customer_id', '') <> 'walk_in'`,
	);
	return causes.flatMap(({ message_id, type }) =>
		["in_app", "email"].flatMap((channel) => {
			const n = counts.get(`${message_id} ${channel}`) ?? 0;
			return n === 1 ? [] : [`${type} ${message_id} was told ${n} times by ${channel}`];
		}),
	);
}

export const claimChecks: Checks = {
	"CLM-15 AUD-05 each claim is there once, and is the fold of its events": folded,
	"CLM-15 each claim has ended as the provider answered, refunded once": ended,
	"U-22 the goods of a claim come back once, as it was decided": returned,
	"U-22 NOT-04 customers are told of each thing once, by each channel": told,
};
