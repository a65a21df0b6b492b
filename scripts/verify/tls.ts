import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ROOT } from "../markdown.ts";
import { findNatsServer, natsArguments } from "../nats-server.ts";
import { freePort } from "../port.ts";
import { orNotRun } from "./check.ts";

const LIMIT_MS = 60_000;
const LOOK_MS = 100;
const DAY_MS = 86_400_000;
/** What a context does first, with our settings: it says who it trusts by NODE_EXTRA_CA_CERTS alone. */
const JOIN = `
	import { connect } from "nats";
	import { natsOptions } from "./config/nats.ts";
	const link = await connect({ ...natsOptions(process.argv[1]), maxReconnectAttempts: 0 });
	process.stdout.write(link.info.tls_required ? "joined over TLS" : "joined in clear");
	await link.close();
`;

interface Trial {
	readonly what: string;
	readonly names?: { readonly address?: readonly number[]; readonly ends?: Date };
	readonly isTrusted: boolean;
	readonly expected: RegExp;
}
const TRIALS: readonly Trial[] = [
	{ what: "a certificate that is trusted", isTrusted: true, expected: /joined over TLS/ },
	{ what: "one that nobody trusts", isTrusted: false, expected: /self.signed/i },
	{
		what: "one of another name",
		names: { address: [127, 0, 0, 9] },
		isTrusted: true,
		expected: /altnames|ALTNAME/i,
	},
	{
		what: "one that has expired",
		names: { ends: new Date(Date.now() - DAY_MS / 2) },
		isTrusted: true,
		expected: /expired/i,
	},
];

/** nats-server with the file that production mounts, and a client with our settings: who gets in, who does not. */
export async function tls(): Promise<string> {
	const binary = orNotRun(findNatsServer);
	for (const trial of TRIALS) {
		const said = await attempt(binary, trial);
		if (!trial.expected.test(said)) throw new Error(`${trial.what}: ${said}`);
	}
	return TRIALS.map(({ what }) => what).join(", ");
}

async function attempt(binary: string, { names = {}, isTrusted }: Trial): Promise<string> {
	const { certificate } = await import("../../tests/support/certificate.ts");
	const folder = mkdtempSync(join(tmpdir(), "comptoir-tls-"));
	const port = await freePort();
	const { cert, key } = certificate("nats", names);
	writeFileSync(join(folder, "tls.crt"), cert);
	writeFileSync(join(folder, "ca.crt"), cert);
	writeFileSync(join(folder, "tls.key"), key);
	const text = readFileSync(join(ROOT, "k8s/components/tls/tls.conf"), "utf8");
	writeFileSync(join(folder, "nats.conf"), text.replaceAll('"/tls/', `"${folder}/`));
	const given = [...natsArguments(port, join(folder, "store")), "-c", join(folder, "nats.conf")];
	const server = spawn(binary, given, { stdio: "ignore" });
	try {
		const end = performance.now() + LIMIT_MS;
		for (;;) {
			const said = await enter(port, isTrusted ? join(folder, "ca.crt") : "");
			if (!said.includes("ECONNREFUSED") || performance.now() > end) return said;
			await sleep(LOOK_MS);
		}
	} finally {
		server.kill("SIGKILL");
		await once(server, "exit");
		rmSync(folder, { recursive: true, force: true });
	}
}

/** What a client says of it, for good or ill. */
async function enter(port: number, trusted: string): Promise<string> {
	const url = `tls://127.0.0.1:${port}`;
	const node = [process.execPath, "--input-type=module-typescript", "--eval", JOIN, url];
	const args = [`NODE_EXTRA_CA_CERTS=${trusted}`, ...node];
	return promisify(execFile)("env", args, { cwd: ROOT, timeout: LIMIT_MS }).then(
		({ stdout }) => stdout,
		(error) => `${error.message}`,
	);
}
