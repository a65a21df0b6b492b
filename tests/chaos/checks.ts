import { bookChecks } from "./books.checks.ts";
import { claimChecks } from "./claims.checks.ts";
import type { Bought, Filed } from "./crowd.ts";
import { deliveryChecks } from "./delivery.checks.ts";
import { effectChecks } from "./effects.checks.ts";
import { projectionChecks } from "./projections.checks.ts";
import { sagaChecks } from "./sagas.checks.ts";

/** What the checks look at: the files of contexts that have all stopped, and what people were told. */
export interface Evidence {
	readonly data_dir: string;
	/** Who hears whose facts. */
	readonly hearing: ReadonlyMap<string, readonly string[]>;
	readonly bought: readonly Bought[];
	readonly filed: readonly Filed[];
}
/** A sentence for each thing that is not as it should be. */
export type Check = (evidence: Evidence) => string[] | Promise<string[]>;
export type Checks = Readonly<Record<string, Check>>;

const SHOWN_MAX = 5;

export const checks: Checks = {
	...deliveryChecks,
	...projectionChecks,
	...bookChecks,
	...claimChecks,
	...sagaChecks,
	...effectChecks,
};

export interface Finding {
	readonly check: string;
	/** How often, and the first few. */
	readonly count: number;
	readonly examples: readonly string[];
}

/** Every check, and what it has found. */
export async function examine(evidence: Evidence, asked = checks): Promise<Finding[]> {
	const findings: Finding[] = [];
	for (const [check, look] of Object.entries(asked)) {
		const found = await look(evidence);
		findings.push({ check, count: found.length, examples: found.slice(0, SHOWN_MAX) });
	}
	return findings;
}
