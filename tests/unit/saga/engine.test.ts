import { describe, expect, test } from "@jest/globals";
import { orderProcessing } from "../../../sagas/order-processing.saga.ts";
import type { Command } from "../../../services/saga/event.ts";
import { type Actor, type Setting, simulate } from "../../support/simulate.ts";
import { customer, operator } from "../../support/simulate-actors.ts";
import { violations } from "../../support/simulate-invariants.ts";
import { runsOf } from "../../support/simulate-journal.ts";
import { fatesOf } from "../../support/simulate-scripts.ts";

const begin = (order_id: string, at_ms = 0) => ({
	actor: customer(orderProcessing, order_id),
	at_ms,
});
const says = (op: Command["op"], at_ms: number, order_id = "ord_2") => ({
	actor: operator(op, order_id),
	at_ms,
});
const two = [{ order_id: "ord_1" }, { order_id: "ord_2" }];

async function run(setting: Setting) {
	const world = await simulate(setting);
	expect(violations(world, setting.orders)).toEqual([]);
	const statuses = runsOf(world.kept).map(({ state }) => state.status);
	return { world, statuses };
}

describe("an engine", () => {
	test("G10 calls nobody before the intent is committed, and needs n + 1 commits for n steps", async () => {
		const { world } = await run({
			orders: [{ order_id: "ord_1" }],
			actors: [begin("ord_1")],
			fateOf: () => "ok",
		});
		expect(world.places[0]).toBe("commit");
		expect(world.places.filter((place) => place === "commit")).toHaveLength(6);
	});
	test("SAG-04 keeps what it has no room for PENDING, and admits it in its turn", async () => {
		const actors = [begin("ord_1"), begin("ord_2", 1)];
		const { statuses } = await run({ orders: two, actors, fateOf: () => "ok", inflight_max: 1 });
		expect(statuses).toEqual(["COMPLETED", "COMPLETED"]);
	});
	test("G2 a saga that is paused while PENDING runs once it is resumed", async () => {
		const actors = [begin("ord_1"), begin("ord_2", 1), says("pause", 8), says("resume", 2_000)];
		const { statuses } = await run({ orders: two, actors, fateOf: () => "ok", inflight_max: 1 });
		expect(statuses).toEqual(["COMPLETED", "COMPLETED"]);
	});
	test("G9 a command that is refused leaves a blocked saga with its alarm", async () => {
		const outage = {
			step: "RESERVE_STOCK",
			direction: "undo",
			fate: "nobody",
			for_ms: 20_000,
		} as const;
		const declined = { step: "PROCESS_PAYMENT", direction: "do", fate: "refuse" } as const;
		const wrong: Actor = async ({ engine, journal }) => {
			const saga_id = (await journal.asked("request/ord_2"))?.head.saga_id ?? "";
			if (engine.drives(saga_id)) return false; // until its alarm is far away
			const word = { type: "COMMAND", actor: "admin", reason: "because", op: "retryStep" } as const;
			return (await engine.command(saga_id, { ...word, step: "NONE" })) === "wrong_state";
		};
		const { world, statuses } = await run({
			orders: two.slice(1),
			actors: [begin("ord_2"), { actor: wrong, at_ms: 6_000 }],
			fateOf: fatesOf([declined, outage]),
		});
		expect(statuses).toEqual(["COMPENSATED"]);
		expect(world.lasted_ms).toBeLessThan(30 * 60_000);
	});
});
