import { expect, test } from "@jest/globals";
import { contract } from "../../lib/contract.ts";
import { service } from "../../lib/service.ts";
import { every } from "../../mixins/every.mixin.ts";
import { broker } from "../support/broker.ts";

test("work recurs while the service runs, even after it has failed, and stops with it", async () => {
	let turns = 0;
	let reached = () => {};
	const thrice = new Promise<void>((resolve) => {
		reached = resolve;
	});
	const work = async () => {
		if (++turns === 3) reached();
		throw new Error("not now");
	};
	const clock = contract("clock", {});
	const house = broker([service(clock, { mixins: [every(1, work)], actions: {} })]);
	await house.start();
	await thrice;
	await house.stop();
	const then = turns;
	await new Promise((resolve) => setTimeout(resolve, 20)); // nothing to wait for: it must not happen
	expect(turns).toBe(then);
});
