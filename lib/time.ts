/** Where the chain keeps its books, unless a location says otherwise. */
export const TIMEZONE = "America/Toronto";

/**
 * The day (`YYYY-MM-DD`) whose books a moment belongs to: the date on the wall of the location,
 * or the day before until its cutoff (`"04:00"`). The wall is read, not computed, so that a day
 * of 23 or 25 hours is one day like the others.
 */
export function businessDate(
	instant: Date | number | string,
	timezone = TIMEZONE,
	cutoff = "00:00",
): string {
	const { year, month, day, hour, minute } = wall(new Date(instant), timezone);
	if (`${hour}:${minute}` >= cutoff) return `${year}-${month}-${day}`;
	const before = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day) - 1));
	return before.toISOString().slice(0, "YYYY-MM-DD".length);
}

function wall(instant: Date, timezone: string): Record<string, string> {
	const parts = clockOf(timezone).formatToParts(instant);
	return Object.fromEntries(parts.map(({ type, value }) => [type, value]));
}

const clocks = new Map<string, Intl.DateTimeFormat>(); // making one takes longer than all its uses

function clockOf(timezone: string): Intl.DateTimeFormat {
	const known = clocks.get(timezone);
	if (known) return known;
	const clock = new Intl.DateTimeFormat("en-CA", {
		timeZone: timezone,
		hourCycle: "h23",
		year: "numeric",
		month: "2-digit",
		day: "2-digit",
		hour: "2-digit",
		minute: "2-digit",
	});
	clocks.set(timezone, clock);
	return clock;
}
