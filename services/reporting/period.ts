import { badPeriod } from "./reporting.contract.ts";
import { dayAfter } from "./sale.ts";

const DAYS = 30; // of a report that nobody said the period of
const DAYS_MAX = 7 * 366; // records are asked for six years back

export interface Period {
	readonly from: string;
	readonly to: string;
}

/** The days of a report, both included: the last month unless something is said. */
export function periodOf(asked: Partial<Period>, today: string): Period {
	const to = asked.to ?? (asked.from && asked.from > today ? asked.from : today);
	const from = asked.from ?? dayAfter(to, 1 - DAYS);
	if (from > to || dayAfter(from, DAYS_MAX) < to) throw badPeriod({ from, to, days_max: DAYS_MAX });
	return { from, to };
}
