import { type NatsServer, natsServer } from "./nats.ts";
import Sandbox from "./sandbox.ts";

/** For suites that run over JetStream, too: each file has a nats-server of its own, which outlives its hooks. */
export default class OverJetStream extends Sandbox {
	#server: NatsServer | undefined;

	override async setup() {
		await super.setup();
		this.#server = await natsServer();
		this.global.process.env.TEST_NATS_URL = this.#server.url;
	}

	override async teardown() {
		await this.#server?.remove();
		await super.teardown();
	}
}
