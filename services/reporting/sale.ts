import { allocate } from "../../lib/money.ts";
import { businessDate } from "../../lib/time.ts";

/** What is counted of sales, at whatever grain. Cents before taxes, unless they are taxes. */
export const AMOUNTS = [
	"created",
	"orders",
	"cancelled",
	"lines",
	"units",
	"returned",
	"gross_cents",
	"refund_cents",
	"gst_cents",
	"gst_refund_cents",
	"qst_cents",
	"qst_refund_cents",
] as const;
export type Amounts = Record<(typeof AMOUNTS)[number], number>;

interface SoldLine {
	readonly location_id: string;
	readonly product_id: string;
	readonly quantity: number;
	readonly net_cents: number;
	readonly gst_cents: number;
	readonly qst_cents: number;
}

/** What has been heard of an order, in whatever order it came: days are those of the books. */
export interface SaleStory {
	readonly lines: readonly SoldLine[];
	readonly created?: string;
	readonly confirmed?: string;
	readonly cancelled?: string;
	readonly refunds?: readonly { readonly day: string; readonly cents: number }[];
}

/** A change of the books: of a day, a place, and a product when it is about one. */
export interface Entry extends Partial<Amounts> {
	readonly day: string;
	readonly location_id: string;
	readonly product_id?: string;
}

/**
 * The books of an order, whatever was heard first. What was never confirmed was not sold, and what
 * came back of it is nobody's loss. An order counts once, where its first line is from.
 */
export function entriesOf({ lines, created, confirmed, cancelled, refunds = [] }: SaleStory) {
	const [{ location_id } = { location_id: undefined }] = lines;
	if (location_id === undefined) return [];
	const entries: Entry[] = [];
	if (created) entries.push({ day: created, location_id, created: 1 });
	if (!confirmed) return entries;
	entries.push({ day: confirmed, location_id, orders: 1 });
	for (const { quantity, net_cents, ...line } of lines)
		entries.push({ ...line, day: confirmed, lines: 1, units: quantity, gross_cents: net_cents });
	if (cancelled) {
		entries.push({ day: cancelled, location_id, cancelled: 1 });
		for (const { location_id, product_id, quantity } of lines)
			entries.push({ day: cancelled, location_id, product_id, returned: quantity });
	}
	return [...entries, ...refundsOf(lines, refunds)];
}

/** Money that went back, over the lines and their taxes: what is whole is given back to the cent. */
function refundsOf(lines: readonly SoldLine[], refunds: NonNullable<SaleStory["refunds"]>) {
	const parts = lines.flatMap(({ net_cents, gst_cents, qst_cents }) => [
		net_cents,
		gst_cents,
		qst_cents,
	]);
	if (parts.every((part) => part === 0)) return [];
	let sum = 0;
	let before = parts.map(() => 0);
	const entries: Entry[] = [];
	for (const { day, cents } of refunds) {
		sum += cents;
		const after = allocate(sum, parts);
		const shares = after.map((share, nth) => share - (before[nth] ?? 0));
		before = after;
		for (const [nth, { location_id, product_id }] of lines.entries()) {
			const [refund_cents = 0, gst_refund_cents = 0, qst_refund_cents = 0] = shares.slice(3 * nth);
			entries.push({
				day,
				location_id,
				product_id,
				refund_cents,
				gst_refund_cents,
				qst_refund_cents,
			});
		}
	}
	return entries;
}

const MEMORY = 20_000;
const QUARTER_MS = 15 * 60_000; // no zone changes its clock within a quarter of an hour
const days = new Map<number, string>();

/** The business day of a fact, remembered: to read the wall costs more than all else of a fold. */
export function dayOf(occurred_at: number): string {
	const quarter = Math.floor(occurred_at / QUARTER_MS);
	const known = days.get(quarter);
	if (known) return known;
	if (days.size >= MEMORY) days.clear();
	const day = businessDate(occurred_at);
	days.set(quarter, day);
	return day;
}

const DAY_MS = 24 * 60 * 60_000;

/** Another day, so many days later. */
export const dayAfter = (day: string, days: number): string =>
	new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);

/** 0 is Monday. */
const weekdayOf = (day: string): number => (new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7;

const mondays = new Map<string, string>();

/** The Monday of its week, remembered like the days themselves. */
export function weekOf(day: string): string {
	const known = mondays.get(day);
	if (known) return known;
	if (mondays.size >= MEMORY) mondays.clear();
	const monday = dayAfter(day, -weekdayOf(day));
	mondays.set(day, monday);
	return monday;
}
