import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { unpacked } from "./debian.ts";

const PACKAGES = ["prometheus", "prometheus-alertmanager"];
const ADVICE =
	"Install Prometheus (Debian, Ubuntu: `apt-get install prometheus prometheus-alertmanager`; others: prometheus.io/download) and put it on the path.";

/** Each is on the path, or from Debian's packages, unpacked once into the user's cache. */
export const findPromtool = (): string => find("promtool");
export const findPrometheus = (): string => find("prometheus");
export const findAmtool = (): string => find("amtool");
export const findAlertmanager = (): string => find("alertmanager", "prometheus-alertmanager");

/** Debian calls Alertmanager after Prometheus. */
function find(...names: string[]): string {
	const installed = names.find((name) => spawnSync(name, ["--version"]).status === 0);
	if (installed) return installed;
	try {
		const folder = join(unpacked("prometheus", PACKAGES), "usr/bin");
		return join(folder, names.at(-1) as string);
	} catch (error) {
		throw new Error(`There is no ${names[0]}, and it cannot be had: ${String(error)}. ${ADVICE}`, {
			cause: error,
		});
	}
}
