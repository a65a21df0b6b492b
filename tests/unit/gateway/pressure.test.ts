import { expect, test } from "@jest/globals";
import { scaleOf } from "../../../services/gateway/pressure.ts";
import { seen } from "../../../services/gateway/standing.ts";

const BOUNDS = { delay_ms: 200, heap: 0.85, after_ms: 5_000 };
const late = { late_ms: 201, heap: 0.1 };
const full = { late_ms: 1, heap: 0.86 };
const well = { late_ms: 200, heap: 0.85 };

test("five seconds of pressure give up a class, five more the next; each second of peace takes one back", () => {
	const scale = scaleOf(BOUNDS);
	const levels = Array.from({ length: 23 }, (_, second) =>
		scale(second % 2 ? late : full, second * 1_000),
	);
	expect(levels.indexOf(1)).toBe(5);
	expect(levels.indexOf(2)).toBe(10);
	expect(levels.indexOf(4)).toBe(20);
	expect(levels.at(-1)).toBe(4);
	expect([1, 2, 3, 4, 5].map((second) => scale(well, 23_000 + second))).toEqual([3, 2, 1, 0, 0]);
});

test("a breath in between, and the five seconds begin anew", () => {
	const scale = scaleOf(BOUNDS);
	const seconds = [late, late, late, late, well, late, late, late, late, late];
	expect(seconds.map((one, nth) => scale(one, nth * 1_000)).every((level) => level === 0)).toBe(
		true,
	);
});

test("HA-04 three failures in a row are down, two successes in a row are up again", () => {
	const fresh = { state: "up", successes: 0, failures: 0 } as const;
	const states = (history: string) =>
		[...history].reduce<{ now: Parameters<typeof seen>[0]; told: string }>(
			({ now, told }, one) => {
				const next = seen(now, one === "+", { ups: 2, downs: 3 });
				return { now: next, told: told + (next.state === "up" ? "U" : "d") };
			},
			{ now: fresh, told: "" },
		).told;
	expect(states("--+---+-++--+")).toBe("UUUUUddddUUUU");
	expect(states("---")).toBe("UUd");
	expect(states("---+-++")).toBe("UUddddU");
});
