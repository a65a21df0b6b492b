/** The last number is that of `product_123`. The gift card, 64, is never on a shelf. */
const PRODUCTS = [...Array.from({ length: 63 }, (_, index) => index + 1), 65];
const KETTLE = 65;
const STORES = [1, 2, 3, 4, 5];

const STORE = { min_qty: 5, max_qty: 60, reorder_qty: 20 };
const ONLINE = { location_id: "online", on_hand: 100, min_qty: 10, max_qty: 150, reorder_qty: 50 };
const LOGISTICS = {
	location_id: "logistics",
	on_hand: 500,
	min_qty: 100,
	max_qty: 1_000,
	reorder_qty: 200,
};

/** One of each alert: out, low, over. `"{store}:{product}"`. */
const EXCEPTIONS: Record<string, number> = { "1:2": 0, "3:33": 3, "5:49": 90 };

/** When the demo shop filled its shelves. */
export const OPENED_AT = "2025-01-01T05:00:00.000Z";

export const openings = PRODUCTS.flatMap((number) => {
	const product_id = number === KETTLE ? "product_123" : String(number);
	const stores = STORES.map((store) => ({
		...STORE,
		location_id: String(store),
		product_id,
		on_hand: EXCEPTIONS[`${store}:${number}`] ?? 20 + ((7 * number + 3 * store) % 30),
	}));
	return [...stores, { ...ONLINE, product_id }, { ...LOGISTICS, product_id }];
});
