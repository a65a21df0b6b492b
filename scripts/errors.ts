import { contracts, refusals } from "./contracts.ts";
import { tableOf } from "./markdown.ts";

const HEAD = ["code", "status", "français", "English", "said by", "declared in"];
const SAID_MAX = 8;

/** Every refusal with its two texts, and the actions that declare it. */
export async function errorsTable(): Promise<string> {
	const actions = (await contracts()).flatMap((contract) => [...contract.actions.values()]);
	const seen = new Map<string, string[]>();
	for (const { refusal, file } of await refusals()) {
		const { code, status, fr, en, title } = refusal.entry;
		const id = `${code} ${status}`;
		if (seen.has(id)) continue;
		const said = actions
			.filter(({ schema }) =>
				schema.refusals?.some((entry) => entry.code === code && entry.status === status),
			)
			.map(({ action }) => action);
		const text = (message: string, short?: string) =>
			short && short !== message ? `${message} *(${short})*` : message;
		seen.set(id, [
			`\`${code}\``,
			String(status),
			text(fr, title?.fr),
			text(en, title?.en),
			said.length > 0 ? listed(said) : unlisted(code, file),
			`[${file}](../${file})`,
		]);
	}
	return tableOf(
		HEAD,
		[...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row),
	);
}

const listed = (names: string[]) => {
	const shown = names.slice(0, SAID_MAX).map((name) => `\`${name}\``);
	return names.length > SAID_MAX
		? `${shown.join(" ")} and ${names.length - SAID_MAX} more`
		: shown.join(" ");
};

/** What no action declares is said by who stands before or around all actions. */
const unlisted = (code: string, file: string) =>
	file.startsWith("services/gateway/") ? "the gateway" : (AROUND[code] ?? "no action yet");

const AROUND: Record<string, string> = {
	IDEMPOTENCY_KEY_IN_PROGRESS: "any action that takes an `Idempotency-Key`",
	SAGA_STEP_UNDONE: "any step of a saga, to the saga",
};
