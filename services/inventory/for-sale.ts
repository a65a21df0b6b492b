/** Places that sell nothing themselves: what they hold is on its way to those that do. */
const NOT_SHOPS = ["logistics", "head_office", "in_transit"];

/** What anybody may know of a product's stock: what a shop could sell now. */
export function forSale(
	product_id: string,
	levels: readonly { location_id: string; quantity: number }[],
) {
	const locations = levels
		.filter(({ location_id }) => !NOT_SHOPS.includes(location_id))
		.map(({ location_id, quantity }) => ({ location_id, available: quantity }));
	return {
		product_id,
		available: locations.reduce((sum, { available }) => sum + available, 0),
		locations,
	};
}
