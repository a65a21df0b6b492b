import { expect, test } from "@jest/globals";
import { ServiceBroker } from "moleculer";
import { brokerOptions } from "../../moleculer.config.ts";

const names = () =>
	(brokerOptions().middlewares ?? []).map((one) =>
		typeof one === "string" ? one : (one as { name: string }).name,
	);

test("none of Moleculer's own middlewares is left out, whatever a new version brings", () => {
	const { INTERNAL_MIDDLEWARES } = ServiceBroker as unknown as { INTERNAL_MIDDLEWARES: string[] };
	const ours = ["Identity", "Begins", "Waits", "Calls", "Red", "Traces", "UnderWay", "Circuits"];
	const stock = names().filter((name) => ![...ours, "Repeat"].includes(name));
	expect(stock.toSorted()).toEqual(INTERNAL_MIDDLEWARES.toSorted());
});

test("a timeout opens the circuit and is tracked to its end; a cached reply is authorised", () => {
	const at = (name: string) => names().indexOf(name); // innermost first
	expect(at("Timeout")).toBeLessThan(at("ContextTracker"));
	expect(at("Timeout")).toBeLessThan(at("CircuitBreaker"));
	expect(at("Cacher")).toBeLessThan(at("Identity"));
	expect(at("Validator")).toBeLessThan(at("Cacher"));
	expect(at("Begins")).toBe(at("Bulkhead") - 1);
	expect(at("Waits")).toBe(at("Bulkhead") + 1);
	expect(at("ErrorHandler")).toBeLessThan(at("Red"));
});
