import { malformed } from "../../lib/validator.ts";
import { type Category, categoryCycle } from "./catalog.contract.ts";

const DEPTH_MAX = 8;

/** A new category, at the root or below its parent. */
export const named = (
	id: string,
	{ name_fr, name_en = name_fr }: { name_fr: string; name_en?: string },
	parent: Category | undefined,
): Category => placed({ id, name_fr, name_en, path: "", version: 1 }, parent, 0);

/** The category in its place, with all below it: `paths` are those of all that come along. */
export function moved(before: Category, parent: Category | undefined, paths: string[]): Category {
	if (parent?.path.startsWith(before.path)) throw categoryCycle({ id: before.id });
	const below = Math.max(...paths.map(depthOf)) - depthOf(before.path);
	return { ...placed(before, parent, below), version: before.version + 1 };
}

function placed({ parent_id: _, ...rest }: Category, parent: Category | undefined, below: number) {
	const path = `${parent?.path ?? "/"}${rest.id}/`;
	if (depthOf(path) + below > DEPTH_MAX)
		throw malformed([
			{ field: "parent_id", message: `goes deeper than ${DEPTH_MAX} levels`, keyword: "maximum" },
		]);
	return { ...rest, ...(parent && { parent_id: parent.id }), path };
}

const depthOf = (path: string) => path.split("/").length - 2;
