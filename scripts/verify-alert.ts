import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseArgs } from "node:util";

const HELP = `npm run verify:alert -- [--seconds 600]

MON-23, end to end: a mesh, a real Prometheus with our rules, a real Alertmanager with our routes, and a
webhook of ours in the place of every receiver. A process is killed and stays away; the page must come,
and then the all-clear once it is back. Rules wait as long as they do in production. All is on loopback.
`;
const { values } = parseArgs({
	options: {
		seconds: { type: "string", default: "600" },
		help: { type: "boolean", default: false },
	},
});
const PAGE_MS = 240_000; // two minutes of the rule, ten seconds of the route, and a slow machine
const CLEAR_MS = 180_000; // Alertmanager says so once a minute
const VICTIM = "inventory";
const EXPECTED = ["ContextDown", "TargetDown"];
const began = performance.now();
const print = (line: string) =>
	process.stdout.write(
		`${((performance.now() - began) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`,
	);

interface Call {
	readonly receiver: string;
	readonly status: string;
	readonly alerts: readonly { readonly status: string; readonly labels: Record<string, string> }[];
}

/** Where Alertmanager tells whom it would have told. */
async function receiver() {
	const calls: Call[] = [];
	const server = createServer(async (req, res) => {
		let body = "";
		for await (const chunk of req) body += chunk;
		const { status, alerts } = JSON.parse(body) as Omit<Call, "receiver">;
		calls.push({ receiver: (req.url ?? "").slice(1), status, alerts });
		res.end();
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, calls, close: () => server.close() };
}

const told = (calls: readonly Call[], to: string, name: string, status: string) =>
	calls.some(
		({ receiver, alerts }) =>
			receiver === to &&
			alerts.some((alert) => alert.labels.alertname === name && alert.status === status),
	);

async function main(): Promise<void> {
	setTimeout(() => {
		print(`not done after ${values.seconds} s`);
		process.exit(1); // what it has started ends with it
	}, Number(values.seconds) * 1_000).unref();
	for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
	const { startEstate } = await import("../tests/monitoring/live/estate.ts");
	const { startAlertmanager, startPrometheus } = await import("../tests/monitoring/live/server.ts");
	const { until } = await import("../tests/support/until.ts");

	const webhook = await receiver();
	const alertmanager = await startAlertmanager(webhook.url);
	const estate = await startEstate({ beside: false });
	const prometheus = await startPrometheus(estate.targets, alertmanager.address);
	const victim = estate.mesh[VICTIM];
	if (!victim) throw new Error(`A mesh has ${VICTIM}`);
	await until(() => told(webhook.calls, "watchdog", "Watchdog", "firing"), Boolean, PAGE_MS);
	print("the watchdog is heard: alerts are sent");

	await victim.stop("SIGKILL");
	print(`${VICTIM} is killed, and stays away`);
	for (const name of EXPECTED) {
		await until(() => told(webhook.calls, "pager", name, "firing"), Boolean, PAGE_MS);
		print(`the pager has heard ${name}`);
	}
	estate.mesh[VICTIM] = await victim.restart("SIGKILL");
	for (const name of EXPECTED) {
		await until(() => told(webhook.calls, "pager", name, "resolved"), Boolean, CLEAR_MS);
		print(`the pager has heard that ${name} is over`);
	}
	const wrong = webhook.calls.filter(
		({ receiver }) => !["pager", "watchdog", "ticket"].includes(receiver),
	);
	if (wrong.length > 0) print(`told too soon, or whom nobody named: ${wrong[0]?.receiver}`);
	await prometheus.stop();
	await alertmanager.stop();
	await estate.stop();
	webhook.close();
	process.exit(wrong.length > 0 ? 1 : 0);
}

if (values.help) process.stdout.write(HELP);
else await main();
