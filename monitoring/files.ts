import { boardFiles } from "./grafana/files.ts";
import { ruleFiles } from "./prometheus/files.ts";

/** The files that are made from TypeScript, by their path from the root, as they should be now. */
export function monitoringFiles(): Map<string, string> {
	const rules = [...ruleFiles()].map(
		([file, text]) => [`monitoring/prometheus/${file}`, text] as const,
	);
	const boards = [...boardFiles()].map(
		([file, text]) => [`monitoring/grafana/${file}`, text] as const,
	);
	return new Map([...rules, ...boards]);
}
