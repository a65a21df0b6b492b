import type { Journey, Scenario, Step } from "./scenario.ts";

const OK = [200];
const page: Step = {
	name: "products",
	method: "GET",
	path: "/api/v1/products?limit=20",
	expects: OK,
};
const product: Step = { ...page, name: "one product", path: "/api/v1/products/{product}" };
const shelf: Step = {
	...page,
	name: "stock of one product",
	path: "/api/v1/stock/{product}",
	as: "manager",
};
const order: Step = {
	name: "an order, to its end",
	method: "POST",
	path: "/api/v1/orders?wait=true",
	body: '{"products":[{"product_id":"{product}","quantity":1}],"shipping_address":"123 Main St, Montreal","payment_method":"credit_card"}',
	as: "buyer",
	keyed: true,
	expects: [201],
};
/** A guest's, found by its session. */
const cart: readonly Step[] = [
	{
		name: "a new cart",
		method: "POST",
		path: "/api/v1/carts",
		body: '{"session_id":"{session}"}',
		expects: [200, 201],
		keep: { as: "cart", field: "id" },
	},
	{
		name: "into the cart",
		method: "POST",
		path: "/api/v1/carts/{cart}/items?session_id={session}",
		body: '{"product_id":"{product}","quantity":1}',
		expects: [201],
	},
	{
		name: "the cart",
		method: "GET",
		path: "/api/v1/carts/{cart}?session_id={session}",
		expects: OK,
	},
	{
		name: "its totals",
		method: "GET",
		path: "/api/v1/carts/{cart}/totals?session_id={session}",
		expects: OK,
	},
];
const BROWSE: readonly Journey[] = [{ share: 1, steps: [page] }];

/** The scenarios of `acceptance.md` §24, by the names that `npm run load` and k6 know. */
export const SCENARIOS = {
	medium: {
		title: "LOAD-02 up to 100 users look at products",
		stages: [
			{ minutes: 2, users: 50 },
			{ minutes: 5, users: 100 },
			{ minutes: 2, users: 0 },
		],
		think_s: 1,
		journeys: BROWSE,
		holds: { p95_ms: 20, failed: 0.001 },
	},
	stress: {
		title: "LOAD-03 up to 300 users look at products",
		stages: [
			{ minutes: 5, users: 100 },
			{ minutes: 10, users: 300 },
			{ minutes: 5, users: 0 },
		],
		think_s: 1,
		journeys: BROWSE,
		holds: { p95_ms: 50, failed: 0.001 },
	},
	crowd: {
		title: "LOAD-05 300 users for 20 minutes, four requests a second each",
		stages: [
			{ minutes: 1, users: 300 },
			{ minutes: 19, users: 300 },
		],
		think_s: 0.25,
		journeys: BROWSE,
		holds: { p95_ms: 95, failed: 0.0002 },
	},
	carts: {
		title: "LOAD-08 100 users fill carts, which replicas share",
		stages: [
			{ minutes: 1, users: 100 },
			{ minutes: 4, users: 100 },
		],
		think_s: 1,
		journeys: [{ share: 1, steps: cart }],
		holds: { p95_ms: 105, failed: 0.01 },
	},
	mixed: {
		title: "LOAD-04 LOAD-09 120 users: the shop's, and the tills'",
		stages: [
			{ minutes: 1, users: 120 },
			{ minutes: 4, users: 120 },
		],
		think_s: 1,
		journeys: [
			{ share: 70, steps: [page, product] },
			{ share: 15, steps: [shelf] },
			{ share: 10, steps: cart },
			{ share: 5, steps: [page, product, order] },
		],
		holds: { p95_ms: 105, failed: 0.01 },
	},
	sagas: {
		title: "LOAD-07 40 users order; a fifth of the cards are declined, and undone",
		stages: [
			{ minutes: 0.5, users: 40 },
			{ minutes: 2.5, users: 40 },
		],
		think_s: 1,
		journeys: [{ share: 1, steps: [{ ...order, expects: [201, 402] }] }],
		declined_percent: 20,
		holds: { p95_ms: 1_000, failed: 0.01 },
	},
} satisfies Record<string, Scenario>;
export type ScenarioName = keyof typeof SCENARIOS;
