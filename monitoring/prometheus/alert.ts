export type Severity = "page" | "ticket" | "none";
type Labels = Readonly<Record<string, string>>;
/** Values of each series, one every 15 s (of burning budgets: every minute): a constant, a counter's step (`+3`), or promtool's own words. */
export type Series = Readonly<Record<string, number | string>>;

/** Something that a person should hear of, and what shows that they do, and only then. */
export interface Alert {
	readonly name: string;
	readonly expr: string;
	/** How long it must hold: `30s`, `2m`. At once when it is not said. */
	readonly for?: string;
	readonly severity: Severity;
	/** The objective whose budget burns. */
	readonly slo?: string;
	readonly keep_firing_for?: string;
	/** What has happened, in one line; `{{ $labels.context }}` says where. */
	readonly summary: string;
	/** What it means to whom. */
	readonly description: string;
	/** The uid of the board to open. */
	readonly board: string;
	/** The page of `docs/runbooks`, without `.md`; the name of the alert in kebab-case when it is not said. */
	readonly runbook?: string;
	/** What makes it fire, and the labels of each alert that then does. */
	readonly fires: { readonly series: Series; readonly labels?: readonly Labels[] };
	/** What is just not enough. Only what fires always has none. */
	readonly silent: readonly Series[];
	/** When to look, from the start of the series; by default once `for` and the longest rate have passed. */
	readonly at?: string;
}

export interface Group {
	readonly name: string;
	readonly alerts: readonly Alert[];
}

/** Seconds of `30s`, `2m`, `1h`, `3d`. */
export function seconds(text = "0s"): number {
	const unit = { s: 1, m: 60, h: 3_600, d: 86_400 };
	return [...text.matchAll(/(\d+)([smhd])/g)].reduce(
		(sum, [, count, letter]) => sum + Number(count) * unit[letter as keyof typeof unit],
		0,
	);
}

/** `ApiBurnFast` is `api-burn-fast`. */
export const kebab = (name: string) =>
	name.replace(/[A-Z]/g, (letter, at) => `${at > 0 ? "-" : ""}${letter.toLowerCase()}`);

export const runbookOf = ({ name, runbook }: Alert) => `docs/runbooks/${runbook ?? kebab(name)}.md`;
