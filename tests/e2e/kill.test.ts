import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { CONTEXTS } from "../../config/topology.ts";
import { everything, reconciled } from "../support/buying.ts";
import { type Answer, type Client, client, until } from "../support/client.ts";
import {
	type Cancelling,
	cancel,
	crowd,
	order,
	type Purchase,
	untilKnown,
} from "../support/crowd.ts";
import { filesOf } from "../support/kept.ts";
import { charges, deadLetters, holds, shelves, sold } from "../support/ledgers.ts";
import { patience } from "../support/modes.ts";
import { type Product, startProduct } from "../support/product.ts";
import { isWhole } from "../support/whole.ts";

patience(300_000);

const KILLS = isWhole ? 10 : 4;
const BUYERS = 16;
const LIFE_MS = 400; // at most, once it is under load
const DECLINED = 99.99;

let product: Product;
let shop: Client;
let [buyer, admin] = ["", ""];
let purchases: Purchase[] = [];
let cancellings: Cancelling[] = [];
let broken = 0;
let began: number;
let outcomes: Answer[] = [];
let sagas: any[] = [];
let orders: any[] = [];
let payments: any[] = [];

const isSaga = (name: string) => (saga: any) => saga.name === name;
const made = (list: any[]) => list.filter(({ saga_id }) => saga_id);

beforeAll(async () => {
	product = await startProduct({ env: { RETAIL_RELAY_MS: "200" } });
	shop = client(product);
	[buyer, admin] = await Promise.all([
		shop.login("user@example.com", "password"),
		shop.login("admin", "admin"),
	]);
	await shop.post("/admin/configure-failure", {
		token: admin,
		body: { failure_rate: 100, failure_amounts: [DECLINED], latency_ms: 5 },
	});
	for (const [product_id, quantity] of [
		[1, 100_000],
		[5, 100_000],
		[8, 100_000],
		[9, 100_000],
		[7, 60],
	])
		await shop.put(`/api/v1/stock/${product_id}`, {
			token: admin,
			body: { location: "online", quantity, reason: "Pour la foule" },
		});
	await killAgainAndAgain();
	await askEverythingAgain();
	await collect();
});
afterAll(async () => {
	await product.stop();
	product.remove();
});

async function killAgainAndAgain() {
	const buyers = crowd(shop, buyer, BUYERS);
	for (let kill = 0; kill < KILLS; kill++) {
		const before = buyers.answered();
		await until(
			async () => buyers.answered(),
			(answered) => answered >= before + 3 * BUYERS,
			60_000,
		);
		await new Promise((resolve) => setTimeout(resolve, Math.random() * LIFE_MS));
		const doors = Promise.withResolvers<void>();
		buyers.closeUntil(doors.promise);
		product = await product.restart("SIGKILL");
		doors.resolve();
	}
	await buyers.end();
	purchases = buyers.purchases;
	cancellings = buyers.cancellings;
	broken = buyers.broken();
}

/** Whoever does not know what became of an order asks again, with the same key. */
async function askEverythingAgain() {
	began = new Set(purchases.flatMap(({ answers }) => answers.map(({ body }) => body.saga_id))).size;
	outcomes = await Promise.all(purchases.map((one) => untilKnown(() => order(shop, buyer, one))));
	await Promise.all(
		cancellings.map(async (one) =>
			one.answers.push(await untilKnown(() => cancel(shop, buyer, one))),
		),
	);
	await until(
		async () => (await shop.get("/api/v1/sagas/active", { token: admin })).body.items.length,
		(active) => active === 0,
		60_000,
	);
}

async function collect() {
	[sagas, orders, payments] = (await Promise.all(
		["sagas", "orders", "payments"].map((name) => everything(shop, admin, `/api/v1/${name}`)),
	)) as [any[], any[], any[]];
	[orders, payments] = [made(orders), made(payments)];
	await until(
		async () => holds(await filesOf(product)),
		(held) => held.length === 0,
		60_000,
	);
}

test("SAG-25 D15 killed again and again under load: every order that was begun has ended, and none was lost or begun twice", async () => {
	const processings = sagas.filter(isSaga("order-processing"));
	const byId = new Map(sagas.map((saga) => [saga.saga_id, saga]));
	console.info(
		`${KILLS} kills, ${broken} broken connections, ${purchases.length} orders (${began} known to have begun), ` +
			`${cancellings.length} cancellations; ended: ${JSON.stringify(Object.fromEntries([...Map.groupBy(sagas, ({ name, status }) => `${name} ${status}`)].map(([status, all]) => [status, all.length])))}`,
	);
	expect(broken).toBeGreaterThan(KILLS); // otherwise nothing was under way
	expect(processings).toHaveLength(purchases.length);
	for (const { answers } of [...purchases, ...cancellings])
		for (const { body } of answers)
			expect(["COMPLETED", "COMPENSATED"]).toContain(byId.get(body.saga_id)?.status);
	for (const status of ["COMPLETED", "COMPENSATED"])
		expect(processings.filter((saga) => saga.status === status).length).toBeGreaterThan(KILLS);
});

test("U-07 SAG-29 a request repeated after the crash, with its key, has the outcome that it was told before", async () => {
	for (const [n, { answers }] of purchases.entries()) {
		const outcome = outcomes[n]!;
		expect([201, 402, 409]).toContain(outcome.status);
		for (const { status, body } of answers) {
			expect(body.saga_id).toBe(outcome.body.saga_id);
			if (status !== 202)
				expect([status, body.order_id, body.code]).toEqual([
					outcome.status,
					outcome.body.order_id,
					outcome.body.code,
				]);
		}
	}
	expect(new Set(outcomes.map(({ body }) => body.saga_id)).size).toBe(purchases.length);
});

test("SAG-29 D14 ORD-06 a completed saga has one order, paid; a compensated one has none that stands", async () => {
	const bySaga = new Map(orders.map((one) => [one.saga_id, one]));
	const cancelled = new Set(
		sagas
			.filter(isSaga("order-cancellation"))
			.filter(({ status }) => status === "COMPLETED")
			.map(({ order_id }) => order_id),
	);
	expect(bySaga.size).toBe(orders.length);
	for (const saga of sagas.filter(isSaga("order-processing"))) {
		const one = bySaga.get(saga.saga_id);
		const stands = saga.status === "COMPLETED" && !cancelled.has(saga.order_id);
		if (saga.status === "COMPLETED") expect(one?.payment_id).toBeDefined();
		if (one)
			expect([one.id, one.status]).toEqual([saga.order_id, stands ? "CONFIRMED" : "CANCELLED"]);
		else expect(saga.status).toBe("COMPENSATED");
	}
	expect(cancelled.size).toBeGreaterThan(0);
});

test("SAG-29 D6 money: what was taken and not given back is what the confirmed orders cost, order by order, in our books and in the bank's", async () => {
	const due = new Map(
		orders.map(({ id, status, total_cents }) => [id, status === "CONFIRMED" ? total_cents : 0]),
	);
	const kept = Map.groupBy(payments, ({ ref_id }) => ref_id);
	for (const [id, cents] of due) {
		const paid = (kept.get(id) ?? []).filter(({ captured_cents }) => captured_cents > 0);
		const sum = paid.reduce((all, one) => all + one.captured_cents - one.refunded_cents, 0);
		expect([id, sum]).toEqual([id, cents]);
		expect(paid.length).toBeLessThanOrEqual(1);
	}
	expect([...kept.keys()].filter((id) => !due.has(id))).toEqual([]);
	const bank = charges(await filesOf(product));
	for (const [id, cents] of due) expect([id, bank.get(id) ?? 0]).toEqual([id, cents]);
	expect([...bank.keys()].filter((id) => !due.has(id))).toEqual([]);
});

test("SAG-29 INV-04 D12 stock: on hand + reserved + sold is what was received, on every shelf; nothing is held, nothing drifts", async () => {
	expect(await reconciled(shop, admin)).toMatchObject({ drift: 0, differences: [], ownerless: [] });
	const files = await filesOf(product);
	const gone = sold(files);
	for (const shelf of shelves(files)) {
		const units = gone.get(`${shelf.location_id}:${shelf.product_id}`) ?? 0;
		const { on_hand, reserved, received, ledger_on_hand, ledger_reserved } = shelf;
		expect({ ...shelf, reserved, sum: on_hand + reserved + units }).toEqual({
			...shelf,
			reserved: 0,
			sum: received,
		});
		expect([on_hand, reserved]).toEqual([ledger_on_hand, ledger_reserved]);
	}
	expect(holds(files)).toEqual([]);
	const [scarce] = shelves(files).filter(
		({ location_id, product_id }) => location_id === "online" && product_id === "7",
	);
	expect(scarce.on_hand).toBeGreaterThanOrEqual(0);
});

test("CLM-11 D13 no fact was lost on its way, none was put aside, and the product says that it is well", async () => {
	const writers = CONTEXTS.filter((name) => !["gateway", "metrics"].includes(name));
	expect(deadLetters(await filesOf(product), writers)).toEqual([]);
	expect((await shop.get("/health", { key: null })).body.status).toBe("up");
	expect(product.printed()).not.toMatch(/unhandled|\berror\b|"level":[56]0/i);
});
