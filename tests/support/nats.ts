import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findNatsServer, natsArguments } from "../../scripts/nats-server.ts";
import { freePort } from "../../scripts/port.ts";
import { until } from "./until.ts";

/** A nats-server of this test's own, with JetStream: it can be lost, and can forget. */
export interface NatsServer {
	readonly url: string;
	readonly port: number;
	kill(signal?: NodeJS.Signals): Promise<void>;
	/** Again, on the same port and the same store; by another configuration, if it is said. */
	start(config?: string): Promise<void>;
	/** All that it kept is gone. Only while it is down. */
	wipe(): void;
	/** A copy of what it keeps, and how to go back to it. Only while it is down. */
	copy(): () => void;
	/** Ends it, and removes its store. */
	remove(): Promise<void>;
}

/** `config` is in nats-server's own language. */
export async function natsServer(config = ""): Promise<NatsServer> {
	const folder = mkdtempSync(join(tmpdir(), "comptoir-nats-"));
	const store = join(folder, "store");
	const file = join(folder, "nats.conf");
	const port = await freePort();
	const binary = findNatsServer();
	let child: ChildProcess | undefined;
	let copies = 0;

	const server: NatsServer = {
		url: `nats://127.0.0.1:${port}`,
		port,
		async start(now = config) {
			writeFileSync(file, now);
			child = spawn(binary, [...natsArguments(port, store), "-c", file], { stdio: "ignore" });
			await until(() => answers(port));
		},
		async kill(signal = "SIGKILL") {
			const dying = child;
			child = undefined;
			if (!dying || dying.exitCode !== null || dying.signalCode !== null) return;
			const died = once(dying, "exit");
			dying.kill(signal);
			await died;
		},
		wipe: () => rmSync(store, { recursive: true, force: true }),
		copy() {
			const copy = join(folder, `copy-${copies++}`);
			cpSync(store, copy, { recursive: true });
			return () => {
				server.wipe();
				cpSync(copy, store, { recursive: true });
			};
		},
		async remove() {
			await server.kill();
			rmSync(folder, { recursive: true, force: true });
		},
	};
	process.once("exit", () => child?.kill("SIGKILL")); // a test that dies leaves none behind
	await server.start();
	return server;
}

const answers = (port: number) =>
	new Promise<boolean>((resolve) => {
		const socket = createConnection(port, "127.0.0.1");
		const answer = (isThere: boolean) => {
			socket.destroy();
			resolve(isThere);
		};
		socket.once("data", () => answer(true));
		socket.once("error", () => answer(false));
	});
