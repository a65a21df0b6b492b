/** A session whose cart holds the coffee maker that costs 159.99 with taxes. */
export const cartDemo = {
	session_id: "test123",
	item: {
		product_id: "8",
		location_id: "online",
		quantity: 1,
		unit_price_cents: 13_915,
		name: "Cafetière programmable",
		tax_class: "STANDARD" as const,
	},
};
