import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { ROOT } from "../../../scripts/markdown.ts";
import { freePort } from "../../../scripts/port.ts";
import { findAlertmanager, findPrometheus } from "../../../scripts/prometheus.ts";
import { until } from "../../support/until.ts";

const FOLDER = join(ROOT, "monitoring");
const START_MS = 30_000;

/** Where each job of `prometheus.mesh.yml` finds what it scrapes: `host:port`. */
export type Targets = Readonly<Record<"contexts" | "one" | "metrics", readonly string[]>>;

interface Server {
	readonly url: string;
	stop(): Promise<void>;
}
export interface Prometheus extends Server {
	/** Every value that the expression had since it runs, one each second. */
	values(expr: string): Promise<number[]>;
	/** What the API says below `/api/v1`. */
	get<T>(path: string): Promise<T>;
}

/** A real Prometheus with our rules and our file for a mesh; only what is far too slow for a test is faster. */
export async function startPrometheus(targets: Targets, alertmanager = ""): Promise<Prometheus> {
	const folder = mkdtempSync(join(tmpdir(), "comptoir-prometheus-"));
	const config = parse(readFileSync(join(FOLDER, "prometheus/prometheus.mesh.yml"), "utf8"));
	const file = join(folder, "prometheus.yml");
	const jobs = config.scrape_configs.filter((job: Job) => job.job_name in targets);
	const quick = {
		...config,
		global: { scrape_interval: "1s", scrape_timeout: "1s", evaluation_interval: "1s" },
		rule_files: [join(FOLDER, "prometheus/*.rules.yml")],
		alerting: {
			alertmanagers: [{ static_configs: [{ targets: alertmanager ? [alertmanager] : [] }] }],
		},
		scrape_configs: jobs.map(({ file_sd_configs: _files, ...job }: Job) => ({
			...job,
			static_configs: [{ targets: targets[job.job_name as keyof Targets] }],
		})),
	};
	writeFileSync(file, stringify(quick));
	const port = await freePort();
	const child = spawn(
		findPrometheus(),
		[
			...[`--config.file=${file}`, `--storage.tsdb.path=${join(folder, "data")}`],
			...[`--web.listen-address=127.0.0.1:${port}`, "--log.level=warn"],
		],
		{ stdio: ["ignore", "ignore", "pipe"] },
	);
	const started_s = Math.floor(Date.now() / 1_000);
	const server = await served(child, port, folder);
	const get = async <T>(path: string): Promise<T> => {
		const { data, error } = (await (await fetch(`${server.url}/api/v1/${path}`)).json()) as {
			data: T;
			error?: string;
		};
		if (error) throw new Error(error);
		return data;
	};
	return {
		...server,
		get,
		async values(query) {
			const range = { query, start: String(started_s), end: String(Date.now() / 1_000), step: "1" };
			const { result } = await get<{ result: { values: [number, string][] }[] }>(
				`query_range?${new URLSearchParams(range)}`,
			);
			return result.flatMap(({ values }) => values.map(([, value]) => Number(value)));
		},
	};
}
interface Job {
	job_name: string;
	file_sd_configs?: object;
}

/** A real Alertmanager with our routes; all receivers are one webhook, and nobody waits to be told. */
export async function startAlertmanager(webhook: string): Promise<Server & { address: string }> {
	const folder = mkdtempSync(join(tmpdir(), "comptoir-alertmanager-"));
	const config = parse(readFileSync(join(FOLDER, "alertmanager/alertmanager.yml"), "utf8"));
	const file = join(folder, "alertmanager.yml");
	const { resolve_timeout } = config.global;
	const told = (name: string) => ({ name, webhook_configs: [{ url: `${webhook}/${name}` }] });
	const ours = {
		...config,
		global: { resolve_timeout },
		templates: [join(FOLDER, "alertmanager/templates/*.tmpl")],
		receivers: config.receivers.map(({ name }: { name: string }) => told(name)),
	};
	writeFileSync(file, stringify(ours));
	const port = await freePort();
	mkdirSync(join(folder, "data"));
	const [command = "", ...args] = withTemplates(findAlertmanager());
	const child = spawn(
		command,
		[
			...args,
			...[`--config.file=${file}`, `--storage.path=${join(folder, "data")}`],
			...[
				`--web.listen-address=127.0.0.1:${port}`,
				"--cluster.listen-address=",
				"--log.level=warn",
			],
		],
		{ stdio: ["ignore", "ignore", "pipe"] },
	);
	return { ...(await served(child, port, folder)), address: `127.0.0.1:${port}` };
}

const TEMPLATES = "/usr/share/prometheus/alertmanager";
/** Debian's reads its templates from where the package would be installed: it sees what was unpacked there. */
function withTemplates(file: string): string[] {
	const unpacked = join(file, "../../share/prometheus/alertmanager");
	if (existsSync(TEMPLATES) || !existsSync(unpacked)) return [file];
	const lines = [
		"mount -t tmpfs none /usr/share",
		"mkdir /usr/share/prometheus",
		`ln -s ${unpacked} ${TEMPLATES}`,
		'exec "$0" "$@"',
	];
	return ["unshare", "--map-root-user", "--mount", "sh", "-c", lines.join(" && "), file];
}

/** Both say that they are ready in the same way. Who dies leaves none behind. */
async function served(child: ChildProcess, port: number, folder: string): Promise<Server> {
	let said = "";
	child.stderr?.on("data", (chunk: Buffer) => {
		said = `${said}${chunk}`.slice(-4_000);
	});
	process.once("exit", () => child.kill("SIGKILL"));
	const url = `http://127.0.0.1:${port}`;
	const isReady = () =>
		fetch(`${url}/-/ready`).then(
			({ ok }) => ok,
			() => false,
		);
	await until(() => child.exitCode !== null || isReady(), Boolean, START_MS);
	if (child.exitCode !== null) throw new Error(`It does not start: ${said}`);
	return {
		url,
		async stop() {
			if (child.exitCode === null && child.signalCode === null) {
				const ended = once(child, "exit");
				child.kill("SIGTERM");
				await ended;
			}
			rmSync(folder, { recursive: true, force: true });
		},
	};
}
