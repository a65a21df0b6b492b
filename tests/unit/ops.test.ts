import { afterEach, expect, test } from "@jest/globals";
import { type Faults, type Ops, openOps } from "../../config/ops.ts";
import { Pulse } from "../../config/pulse.ts";
import { until } from "../support/until.ts";

let ops: Ops;
afterEach(() => ops.close());

const probe = async (name: string) => {
	const answer = await fetch(`${ops.url}/health/${name}`);
	return { status: answer.status, body: await answer.json() };
};
const UP = { status: 200, body: { status: "up" } };
const down = (...because: string[]) => ({ status: 503, body: { status: "down", because } });

test("MON-02 a process that is starting answers, is live, and is not ready; then it is both; then it drains", async () => {
	ops = await openOps();
	expect(await probe("live")).toEqual(UP);
	expect(await probe("startup")).toEqual(down("it is starting"));
	expect(await probe("ready")).toEqual(down("it is starting"));
	ops.started(() => []);
	expect(await probe("startup")).toEqual(UP);
	expect(await probe("ready")).toEqual(UP);
	ops.draining();
	expect(await probe("ready")).toEqual(down("it is draining"));
	expect(await probe("live")).toEqual(UP);
});

test("MON-02 it says all that keeps it from its work, and is ready again without a restart", async () => {
	ops = await openOps();
	let faults: Faults = async () => ["nobody offers catalog", "the database of orders is away"];
	ops.started(() => faults());
	expect(await probe("ready")).toEqual(
		down("nobody offers catalog", "the database of orders is away"),
	);
	expect(await probe("live")).toEqual(UP);
	faults = () => [];
	expect(await probe("ready")).toEqual(UP);
	faults = () => Promise.reject(new Error("unheard of"));
	expect((await fetch(`${ops.url}/health/ready`)).status).toBe(500); // which is not ready either
});

test("MON-02 how late the event loop is comes from its own beat", async () => {
	ops = await openOps();
	const pulse = new Pulse();
	const end = performance.now() + 1_300;
	while (performance.now() < end); // nothing else runs meanwhile
	await until(
		() => pulse.late_ms,
		(late_ms) => late_ms > 250,
	);
	await until(
		() => pulse.late_ms,
		(late_ms) => late_ms < 200,
	);
	pulse.stop();
});
