import { dayAfter } from "./sale.ts";

/** How many weeks back the same weekday is looked at. */
export const WEEKS = 8;

export const METHOD = {
	fr: `Moyenne du même jour de la semaine, sur les ${WEEKS} dernières semaines au plus ; bas et haut sont les extrêmes observés`,
	en: `Mean of the same weekday over the last ${WEEKS} weeks at most; low and high are the extremes seen`,
};

interface Sold {
	readonly business_date: string;
	readonly units: number;
	readonly net_cents: number;
}

/**
 * The days from `today` on, each by what its weekday has sold before. A day without a sale counts
 * as none, from the first sale on record: a new store is not judged by the time before it.
 */
export function forecast(
	past: readonly Sold[],
	first: string | undefined,
	today: string,
	days: number,
) {
	const sold = new Map(past.map((one) => [one.business_date, one]));
	return Array.from({ length: days }, (_, ahead) => {
		const business_date = dayAfter(today, ahead + 1);
		const same = Array.from({ length: WEEKS + days }, (_, n) =>
			dayAfter(business_date, -7 * (n + 1)),
		)
			.filter((day) => day < today && first !== undefined && day >= first)
			.slice(0, WEEKS)
			.map((day) => sold.get(day));
		const units = same.map((one) => one?.units ?? 0);
		const cents = same.map((one) => one?.net_cents ?? 0);
		return {
			business_date,
			weeks: same.length,
			mean_units: Math.round(mean(units) * 100) / 100,
			low_units: Math.min(...orNone(units)),
			high_units: Math.max(...orNone(units)),
			mean_cents: Math.round(mean(cents)),
			low_cents: Math.min(...orNone(cents)),
			high_cents: Math.max(...orNone(cents)),
		};
	});
}

const orNone = (amounts: readonly number[]) => (amounts.length === 0 ? [0] : amounts);
const mean = (amounts: readonly number[]) =>
	amounts.reduce((sum, one) => sum + one, 0) / Math.max(1, amounts.length);
