import { afterAll, beforeAll, expect, jest, test } from "@jest/globals";
import type { ServiceBroker } from "moleculer";
import { ask, overJetStream } from "../support/buses.ts";
import { stage } from "../support/jetstream-stage.ts";
import { kiosk, pressService } from "../support/press.ts";
import { until } from "../support/until.ts";

jest.setTimeout(60_000);
const said: string[] = [];
const warn = (_: string, { why }: { why?: string }) => said.push(String(why));

let ours: ServiceBroker;
let theirs: ServiceBroker;
const { print, shows } = stage(() => ours);
beforeAll(async () => {
	ours = overJetStream([pressService, kiosk("calm")]);
	await ours.start();
	theirs = overJetStream([kiosk("nosy")], { mesh: "theirs", warn });
	await theirs.start();
});
afterAll(async () => {
	await theirs.stop();
	await ours.stop();
});

test("CLM-14 of two meshes on one server neither hears the facts of the other, and the operator is told", async () => {
	await print("private", "one", "two");
	await shows("calm", "private", ["one", "two"]);
	await until(() =>
		said.some((why) => /facts of press in the mesh comptoir, not in theirs/.test(why)),
	);
	const consumers = await ask((jsm) => jsm.consumers.list("EVT_press").next());
	expect(consumers.map(({ name }) => name)).toEqual(["calm-press"]);
	expect(await theirs.call("nosy.read")).toEqual([]);
});
