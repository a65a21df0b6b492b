import { afterEach, beforeEach, expect, jest, test } from "@jest/globals";
import { headers, type Msg, type NatsConnection } from "nats";
import type { Reader, Verdict } from "../../../mixins/bus.ts";
import type { Link } from "../../../mixins/delivery/jetstream/link.ts";
import { Subscription } from "../../../mixins/delivery/jetstream/subscription.ts";

const KEPT = 1_000; // more than may be ready at once
const settings = { mesh: "m", replicas: 1, ack_wait_ms: 600_000, check_ms: 1_000, warn: () => {} };

beforeEach(() => void jest.useFakeTimers({ doNotFake: ["setImmediate", "nextTick"] }));
afterEach(() => void jest.useRealTimers());

/** What the clock and all that is under way bring within so long. */
async function pass(ms: number) {
	for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
	await jest.advanceTimersByTimeAsync(ms);
	for (let turn = 0; turn < TURNS; turn++) await new Promise((resolve) => setImmediate(resolve));
}
const TURNS = 20;

/** A server that has the followers of a fact, and the fact itself once `isBack`. */
function server() {
	const stage = { asked: 0, given: 1, isBack: false };
	let deliver: (error: null, message: Msg) => void = () => {};
	const message = (seq: number, reply: string) => {
		const told = headers();
		told.append("feed_seq", String(seq));
		const fact = { event: "press.printed", version: 1, producer: "press", key: "k", key_seq: seq };
		const all = { ...fact, message_id: `k/${seq}`, payload: {}, occurred_at: 0, headers: {} };
		const place = { reply: `$JS.ACK.EVT_press.shelf-press.1.${seq}.1.0.0`, respond: () => {} };
		deliver(null, { ...place, subject: reply, headers: told, json: () => all } as never);
	};
	const nats = {
		options: {},
		jetstreamManager: async () => ({
			streams: {
				info: async () => ({ config: { description: "facts of press in the mesh m" }, state: {} }),
			},
			consumers: { add: async () => {}, info: async () => ({ ack_floor: { stream_seq: 0 } }) },
		}),
		subscribe: (_: string, { callback }: { callback: typeof deliver }) => {
			deliver = callback;
		},
		publish(_: string, asked: string, { reply }: { reply: string }) {
			stage.asked++;
			const { batch } = JSON.parse(asked) as { batch: number };
			let wanted = batch;
			if (stage.isBack && wanted-- > 0) message(1, reply);
			for (; wanted > 0 && stage.given < KEPT; wanted--) message(++stage.given, reply);
		},
	} as unknown as NatsConnection;
	const link = {
		nats,
		use(user: (nats: NatsConnection) => void) {
			user(nats);
			return () => {};
		},
	} as unknown as Link;
	return { stage, link };
}

test("G14 I8 a fact that was with another is asked for, though what waits for it leaves no room", async () => {
	const { stage, link } = server();
	const stuck = Promise.withResolvers<void>();
	const reader = {
		...{ context: "shelf", retries_ms: [], warn: () => {}, park: async () => {} },
		async apply(facts: unknown[]): Promise<Verdict[]> {
			await stuck.promise; // they are in its hands for as long as it takes
			return facts.map(() => "done");
		},
	} as unknown as Reader;
	const subscription = new Subscription(link, settings, reader, "press");
	await pass(4_000);
	const { asked } = stage;
	expect(stage.given).toBeLessThan(KEPT); // it has no room
	stage.isBack = true;
	await pass(2_000);
	expect(stage.asked).toBe(asked + 1);
	stuck.resolve();
	await subscription.close();
});
