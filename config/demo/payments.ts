const VISA = { method: "credit_card", card_brand: "visa", card_last4: "1111" } as const;

const paid = (id: string, order_id: string, amount_cents: number, created_at: string) => ({
	id,
	key: `demo:${id}`,
	ref_type: "order" as const,
	ref_id: order_id,
	amount_cents,
	captured_cents: amount_cents,
	refunded_cents: 0,
	status: "CAPTURED" as const,
	...VISA,
	provider_ref: `sim_demo_${id}`,
	owned: true,
	created_at,
});

/** What orders 456 and 457 have paid. */
export const demoPayments = [
	paid("789", "456", 17_246, "2026-01-12T15:04:07.000Z"),
	paid("790", "457", 4_599, "2026-02-03T19:31:22.000Z"),
];
