import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import moleculer, { type ServiceSchema } from "moleculer";
import { dispatcher, outcomeOf } from "../../../services/saga/dispatch.ts";
import type { Clock } from "../../../services/saga/gate.ts";
import type { Head } from "../../../services/saga/journal.ts";
import type { Call } from "../../../services/saga/state.ts";
import { broker } from "../../support/broker.ts";
import { shop, shopping, soldOut } from "../../support/shop.saga.ts";

const action = shop.take.action;
const { schema } = shop.take;
const about = (name: string) => ({ action: name });

describe("what an error says of the call", () => {
	test.each([
		["a refusal that is declared", { type: soldOut.code }, "REJECTED"],
		["params that do not fit", { type: "VALIDATION_ERROR" }, "REJECTED"],
		["a step that has been undone", { type: "SAGA_STEP_UNDONE" }, "REJECTED"],
		["nobody there", { type: "SERVICE_NOT_FOUND", data: about(action) }, "RETRYABLE"],
		["nobody well", { type: "SERVICE_NOT_AVAILABLE", data: about(action) }, "RETRYABLE"],
		["too many", { type: "QUEUE_FULL", data: about(action) }, "RETRYABLE"],
		["nobody for a nested call", { type: "SERVICE_NOT_FOUND", data: about("x.y") }, "UNKNOWN"],
		["nobody, and no word of whom", { type: "SERVICE_NOT_AVAILABLE" }, "UNKNOWN"],
		["a timeout", { type: "REQUEST_TIMEOUT", data: about(action) }, "UNKNOWN"],
		["a node that left", { type: "REQUEST_REJECTED", data: about(action) }, "UNKNOWN"],
		["a call skipped", { type: "REQUEST_SKIPPED", data: about(action) }, "UNKNOWN"],
		["too deep a call", { type: "MAX_CALL_LEVEL" }, "UNKNOWN"],
		["a refusal not declared", { type: "WRONG_STATE" }, "UNKNOWN"],
		["a bug", { type: "ERROR" }, "UNKNOWN"],
	] as const)("G7 %s: %j is %s", (_, error, outcome) => {
		expect(outcomeOf(error, action, schema)).toBe(outcome);
	});
	test("of an action that declares nothing is never a refusal", () => {
		expect(outcomeOf({ type: soldOut.code }, action, undefined)).toBe("UNKNOWN");
	});
});

const replies: Record<string, () => unknown> = {};
const seen: unknown[] = [];
const service: ServiceSchema = {
	name: "shop",
	actions: {
		take: {
			handler(ctx) {
				seen.push({ ...ctx.headers, identity: undefined });
				return replies.take?.();
			},
		},
	},
};
const mesh = broker([service]);
beforeAll(() => mesh.start());
afterAll(() => mesh.stop());

const clock: Clock = {
	now: Date.now,
	random: () => 0,
	later(ms, ring) {
		const timer = setTimeout(ring, ms);
		return () => clearTimeout(timer);
	},
};
const schemas = new Map(shopping.steps.map(({ action }) => [action.action, action.schema]));
const head = { saga_id: "saga_1", correlation_id: "req_1" } as Head;
const call = (over: Partial<Call> = {}): Call => ({
	step: "TAKE",
	direction: "do",
	kind: "step",
	attempt: 1,
	action,
	params: { id: "x" },
	timeout_ms: 200,
	budget_until: Date.now() + 200,
	...over,
});
const dispatch = dispatcher(mesh, schemas, clock, () => {});

describe("a dispatch", () => {
	test("is OK with a reply that fits, and says in its headers which step it is", async () => {
		replies.take = () => ({ n: 1 });
		expect(await dispatch(head, call())).toEqual({ outcome: "OK", reply: { n: 1 } });
		expect(seen.at(-1)).toMatchObject({
			saga_id: "saga_1",
			saga_step: "TAKE",
			saga_direction: "do",
			saga_step_kind: "step",
		});
	});
	test("G7 is UNKNOWN when the reply is not what the contract says", async () => {
		replies.take = () => ({ n: "one" });
		expect(await dispatch(head, call())).toMatchObject({ outcome: "UNKNOWN" });
	});
	test("is REJECTED with the refusal as it came", async () => {
		replies.take = () => {
			throw soldOut({ left: 2 });
		};
		expect(await dispatch(head, call())).toMatchObject({
			outcome: "REJECTED",
			error: { type: soldOut.code, code: 409, data: { left: 2 } },
		});
	});
	test("is UNKNOWN after a timeout", async () => {
		replies.take = () => new Promise(() => {});
		const answer = await dispatch(head, call({ timeout_ms: 30 }));
		expect(answer).toMatchObject({ outcome: "UNKNOWN", error: { type: "REQUEST_TIMEOUT" } });
	});
	test("is RETRYABLE where nobody is, once its budget is spent", async () => {
		const answer = await dispatch(head, call({ action: shop.make.action, step: "MAKE" }));
		expect(answer).toMatchObject({ outcome: "RETRYABLE" });
		expect(dispatch.gates().get(shop.make.action)).toBe(true);
	});
	test("honours what the participant asks for", async () => {
		replies.take = () => {
			throw new moleculer.Errors.MoleculerError("later", 503, "BUSY", { retry_after_ms: 700 });
		};
		expect(await dispatch(head, call())).toMatchObject({ outcome: "UNKNOWN", retry_after_ms: 700 });
	});
});
