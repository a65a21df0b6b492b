const HOME = "123 Main St, Montreal";

const order = {
	mode: "orchestrated",
	payment_method: "credit_card",
	ship_to: HOME,
	bill_to: HOME,
	province: "QC",
	discount_cents: 0,
	shipping_cents: 0,
	currency: "CAD",
	locale: "fr",
} as const;
const line = { location_id: "online", tax_class: "STANDARD" } as const;

/** Placed and confirmed, shipped the next day, delivered two days later, then `ends`. */
const life = (placed_at: string, ends: readonly ("DELIVERED" | "COMPLETED")[]) => {
	const after = (hours: number) =>
		new Date(Date.parse(placed_at) + hours * 3_600_000).toISOString();
	const [shipped_at, delivered_at] = [after(24), after(72)];
	const states = ["PENDING", "CONFIRMED", "SHIPPED", ...ends] as const;
	const times = [placed_at, placed_at, shipped_at, delivered_at, after(31 * 24)];
	const passed = states.map((to, index) => ({
		...(index > 0 && { from: states[index - 1] as (typeof states)[number] }),
		to,
		at: times[index] ?? placed_at,
		actor: "demo",
	}));
	return { life: passed, shipped_at, delivered_at };
};

const shipment = (order_id: string, customer_id: string, times: ReturnType<typeof life>) => ({
	id: `shp_${order_id.padStart(26, "0")}`,
	order_id,
	customer_id,
	carrier: "Postes Canada",
	tracking_no: `CPT${order_id}000001CA`,
	status: "DELIVERED" as const,
	shipped_at: times.shipped_at,
	delivered_at: times.delivered_at,
});

const of456 = life("2026-01-12T15:04:05.000Z", ["DELIVERED", "COMPLETED"]);
const of457 = life("2026-02-03T19:31:20.000Z", ["DELIVERED"]);

/** Order 456, that everyone quotes, and 457, whose kettle comes back by a claim. */
export const demoOrders = [
	{
		order: {
			...order,
			id: "456",
			order_no: "456",
			customer_id: "123",
			status: "COMPLETED" as const,
			payment_id: "789",
			subtotal_cents: 15_000,
			gst_cents: 750,
			qst_cents: 1_496,
			total_cents: 17_246,
			placed_at: "2026-01-12T15:04:05.000Z",
			version: of456.life.length,
			lines: [
				{
					...line,
					line: 1,
					product_id: "1",
					description: "Bouteille isotherme",
					quantity: 2,
					unit_price_cents: 2_500,
					net_cents: 5_000,
					gst_cents: 250,
					qst_cents: 499,
				},
				{
					...line,
					line: 2,
					product_id: "5",
					description: "Sac à dos 25 L",
					quantity: 1,
					unit_price_cents: 10_000,
					net_cents: 10_000,
					gst_cents: 500,
					qst_cents: 997,
				},
			],
		},
		life: of456.life,
		shipment: shipment("456", "123", of456),
	},
	{
		order: {
			...order,
			id: "457",
			order_no: "457",
			customer_id: "customer_001",
			status: "DELIVERED" as const,
			payment_id: "790",
			subtotal_cents: 4_000,
			gst_cents: 200,
			qst_cents: 399,
			total_cents: 4_599,
			placed_at: "2026-02-03T19:31:20.000Z",
			version: of457.life.length,
			lines: [
				{
					...line,
					line: 1,
					product_id: "product_123",
					description: "Bouilloire en acier",
					quantity: 1,
					unit_price_cents: 4_000,
					net_cents: 4_000,
					gst_cents: 200,
					qst_cents: 399,
				},
			],
		},
		life: of457.life,
		shipment: shipment("457", "customer_001", of457),
	},
];
