import { forbidden, reaches, type Scope } from "../../lib/scope.ts";

/** The warehouse that serves every store: they may look into it. */
export const LOGISTICS_CENTRE = "logistics";

/** The shelves that a caller may see, and asks to see. Absent is all of them. */
export interface View {
	readonly locations?: readonly string[] | undefined;
	readonly products?: readonly string[] | undefined;
}

export const sees = (scope: Scope, location: string): boolean =>
	locationsOf(scope)?.includes(location) ?? true;

/** Of what is asked, what may be seen. `theirs` are the products of a supplier. */
export const viewOf = (
	scope: Scope,
	{ location_id, product }: { location_id?: string | undefined; product?: string | undefined },
	theirs?: readonly string[],
): View => ({
	locations: location_id === undefined ? locationsOf(scope) : [location_id],
	products:
		product === undefined ? theirs : [product].filter((one) => theirs?.includes(one) ?? true),
});

/** Whoever asks: for what everybody may know. */
export const anywhere = (product_id: string): View => ({ products: [product_id] });

const locationsOf = (scope: Scope): string[] | undefined =>
	scope.role === "cashier" || scope.role === "store_manager"
		? [scope.location_id ?? "", LOGISTICS_CENTRE]
		: undefined;

/** Another's data are not there; the logistics centre is there for all, and its own to change. */
export function refuseForeign(scope: Scope, location: string, notFound: Error): void {
	if (!sees(scope, location)) throw notFound;
	if (!reaches(scope, location)) throw forbidden();
}
