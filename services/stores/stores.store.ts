import Type from "typebox";
import { fold } from "../../lib/fold.ts";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import { namesOf } from "./location.ts";
import { Location, locationNotFound, nameTaken } from "./stores.contract.ts";

export const locations = table("location", Location, "id");
/** Ids, codes and aliases in one place: whatever names one location names no other. */
const names = table(
	"location_name",
	Type.Object({ name: Type.String(), location_id: Type.String() }),
	"name",
);

/** The location of that id, code or alias, whatever its status. */
export async function getLocation(db: Reader, id: string): Promise<Location> {
	const named = await db.find(names, { name: fold(id) });
	if (!named) throw locationNotFound({ id });
	return db.get(locations, { id: named.location_id });
}

export async function addLocation(tx: Tx, location: Location) {
	if (!(await tx.claim(locations, location))) throw nameTaken({ name: location.code });
	await claimNames(tx, location);
}

export async function saveLocation(tx: Tx, location: Location) {
	await tx.remove(names, { location_id: location.id });
	await claimNames(tx, location);
	const { id, ...changes } = location;
	await tx.update(locations, { id }, changes);
}

async function claimNames(tx: Tx, location: Location) {
	for (const name of namesOf(location))
		if (!(await tx.claim(names, { name, location_id: location.id }))) throw nameTaken({ name });
}
