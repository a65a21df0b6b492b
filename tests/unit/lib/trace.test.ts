import { expect, test } from "@jest/globals";
import { isAmong, newSpanId, placeIn, traceOf, traceparentOf } from "../../../lib/trace.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";
const IN = `00-${TRACE}-${SPAN}-01`;

test("GTW-18 a traceparent is read, and written as it was", () => {
	const place = placeIn(IN);
	expect(place).toEqual({ trace_id: TRACE, span_id: SPAN, is_sampled: true });
	expect(place && traceparentOf(place)).toBe(IN);
	expect(placeIn(`00-${TRACE}-${SPAN}-00`)?.is_sampled).toBe(false);
});

test.each([
	["nothing", undefined],
	["two of them", [IN, IN]],
	["another version", IN.replace("00-", "01-")],
	["a forbidden version", IN.replace("00-", "ff-")],
	["capitals", IN.toUpperCase()],
	["a trace of zeros", `00-${"0".repeat(32)}-${SPAN}-01`],
	["a span of zeros", `00-${TRACE}-${"0".repeat(16)}-01`],
	["a short trace", `00-${TRACE.slice(1)}-${SPAN}-01`],
	["more than there is", `${IN}-extra`],
	["a space in front", ` ${IN}`],
	["a line behind", `${IN}\n`],
])("GTW-18 a traceparent with %s begins a new trace", (_, said) => {
	expect(placeIn(said)).toBeUndefined();
});

test("MON-26 the trace of a correlation id is itself, or the same for ever", () => {
	expect(traceOf(TRACE)).toBe(TRACE);
	expect(traceOf("req_01J")).toMatch(/^[0-9a-f]{32}$/);
	expect(traceOf("req_01J")).toBe(traceOf("req_01J"));
	expect(traceOf("req_01J")).not.toBe(traceOf("req_01K"));
});

test("MON-26 of many traces the share that was asked for is kept", () => {
	const ids = Array.from({ length: 10_000 }, (_, n) => traceOf(`req_${n}`));
	const kept = (percent: number) => ids.filter((id) => isAmong(id, percent)).length;
	expect([kept(0), kept(100)]).toEqual([0, 10_000]);
	expect(kept(5)).toBeGreaterThan(400);
	expect(kept(5)).toBeLessThan(600);
});

test("MON-26 no two spans of a process have one id", () => {
	const ids = Array.from({ length: 10_000 }, newSpanId);
	expect(new Set(ids).size).toBe(10_000);
	for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
});
