import { expect, test } from "@jest/globals";
import { orders } from "../../services/orders/orders.contract.ts";
import { payments } from "../../services/payments/payments.contract.ts";
import paymentsService from "../../services/payments/payments.service.ts";
import type { Provider } from "../../services/payments/provider.store.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import { as } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { stub } from "../support/stub.ts";
import { shared, twins } from "../support/twins.ts";

const cashier = as("cashier", { location_id: "1" });
const manager = as("store_manager", { location_id: "1" });
const LONG_AGO = "2026-01-02T03:04:05.000Z";
const ROUNDS = 12;
let made = 0;
const order = () => ({
	order_id: `ord_twin_${++made}`,
	amount_cents: 10_000,
	payment_method: "credit_card" as const,
});

shared("two replicas of payments", () => {
	const standing = async () => ({ order_ids: [] });
	const live = async () => ({ saga_ids: [] });
	const { town, host, both, rows } = twins(() => [
		paymentsService,
		stub(orders, { standing }),
		stub(sagas, { live }),
	]);
	const provider = (at: number) => host<{ provider: Provider }>("payments", at).provider;
	const facts = (type: string, about: string) =>
		rows("payments", "select 1 from outbox where type = $type and body like $about", {
			type,
			about: `%${about}%`,
		});
	const taken = (order_id: string) =>
		rows("payments", "select status, refunded_cents from payment where ref_id = $order_id", {
			order_id,
		});

	test("PAY-02 CLM-07 of all who ask the provider for one refund at once, each is told that it is made", async () => {
		for (let round = 0; round < ROUNDS; round++) {
			const key = `twin-charge-${round}`;
			await provider(0).charge({ key, amount_cents: 1_000 });
			const asked = [0, 1, 2, 3].map((at) => provider(at).refund(`${key}:refund`, key, 1_000));
			expect(await Promise.all(asked)).toEqual([true, true, true, true]);
			const reversed = [0, 1, 2, 3].map((at) => provider(at).reverse(`${key}:refund`));
			expect(await Promise.all(reversed)).toEqual([true, true, true, true]);
		}
	}, 90_000);

	test("PAY-02 one Idempotency-Key shown to both at once pays once, and gives one answer", async () => {
		for (let round = 0; round < ROUNDS; round++) {
			const asked = order();
			const named = as("cashier", { location_id: "1" }, { idempotency_key: `twin-${round}` });
			const pay = (at: number) => payments.process(town(at), asked, named);
			const [first, ...others] = await Promise.all([0, 1, 2, 3].map(pay));
			for (const other of others) expect(other).toEqual(first);
			expect(await taken(asked.order_id)).toHaveLength(1);
			expect(await facts("payments.captured", asked.order_id)).toHaveLength(1);
		}
	}, 90_000);

	test("PAY-02 a refund that a crash has left is ended once, though both sweep at once", async () => {
		const asked = order();
		const { id } = await payments.process(town(0), asked, cashier);
		const real = { ...provider(0) };
		provider(0).refund = () => Promise.reject(new Error("the process dies here"));
		await failure(payments.refundPayment(town(0), { id, amount_cents: 4_000 }, manager));
		Object.assign(provider(0), real);
		await host("payments", 0).db.write((tx) =>
			tx.script(`update refund set created_at = '${LONG_AGO}' where payment_id = '${id}'`),
		);
		await both((one) => payments.sweep(one, {}, as("service")));
		expect(await taken(asked.order_id)).toEqual([
			{ status: "PARTIALLY_REFUNDED", refunded_cents: 4_000 },
		]);
		expect(await facts("payments.refunded", id)).toHaveLength(1);
	}, 90_000);

	test("PAY-02 what an order without a coordinator owes is taken once, and given back once, though both collect", async () => {
		const { order_id, ...terms } = order();
		const stage = (to: string) =>
			host("payments", 0).db.write((tx) =>
				tx.query(
					`insert into due (order_id, stage, is_held, terms, created_at)
					values ($order_id, $to, true, $terms, '${LONG_AGO}')
					on conflict (order_id) do update set stage = excluded.stage returning order_id`,
					{ order_id, to, terms: { ...terms, saga_id: `saga_${order_id}` } },
				),
			);
		const collect = () => both((one) => payments.collect(one, {}, as("service")));
		await stage("TAKE");
		await collect();
		expect(await taken(order_id)).toEqual([{ status: "CAPTURED", refunded_cents: 0 }]);
		expect(await facts("payments.captured", order_id)).toHaveLength(1);
		await stage("GIVE_BACK");
		await collect();
		expect(await taken(order_id)).toMatchObject([{ refunded_cents: 10_000 }]);
		expect(await facts("payments.refunded", order_id)).toHaveLength(1);
	}, 90_000);
});
