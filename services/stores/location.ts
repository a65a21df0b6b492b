import { fold } from "../../lib/fold.ts";
import { malformed } from "../../lib/validator.ts";
import type { Location } from "./stores.contract.ts";

/** What may be changed of a location. `undefined` leaves it as it is. */
export type Changes = { [K in keyof Omit<Location, "id" | "type" | "version">]?: Location[K] };
type New = Changes & Pick<Location, "id" | "code" | "name_fr"> & Partial<Pick<Location, "type">>;

/** A new location is a store in Québec, unless it says otherwise. */
export function open({ name_fr, type = "store", ...rest }: New): Location {
	return zoned({
		name_fr,
		name_en: name_fr,
		type,
		aliases: [],
		province: "QC",
		timezone: "America/Toronto",
		day_cutoff: "00:00",
		...rest,
		status: "active",
		version: 1,
	});
}

/** The location after the changes: a version further, or itself when nothing changes. */
export function change(location: Location, changes: Changes): Location {
	const next = zoned({ ...location, ...changes });
	return JSON.stringify(next) === JSON.stringify(location)
		? location
		: { ...next, version: location.version + 1 };
}

/** All that it answers to, each as names are compared. */
export const namesOf = ({ id, code, aliases }: Location): string[] => [
	...new Set([id, code, ...aliases].map(fold)),
];

/** A business day is reckoned in the zone: one that does not exist would stop its tills. */
function zoned(location: Location): Location {
	try {
		Intl.DateTimeFormat("en", { timeZone: location.timezone });
		return location;
	} catch {
		throw malformed([{ field: "timezone", message: "is no time zone", keyword: "format" }]);
	}
}
