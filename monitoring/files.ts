import { ruleFiles } from "./prometheus/files.ts";

/** The files that are made from TypeScript, by their path from the root, as they should be now. */
export const monitoringFiles = (): Map<string, string> =>
	new Map([...ruleFiles()].map(([file, text]) => [`monitoring/prometheus/${file}`, text]));
