const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Failures that lock an account, when they come within the window, for as long again. */
export const FAILURES_MAX = 5;
const WINDOW_MS = 15 * MINUTE_MS;

/** Seconds until the account may be tried again, given its latest failures since a success. */
export function lockedFor(failures: readonly string[], now: Date): number {
	const times = failures.map((at) => Date.parse(at)).sort((a, b) => b - a);
	const [last, first] = [times[0], times[FAILURES_MAX - 1]];
	if (last === undefined || first === undefined || last - first > WINDOW_MS) return 0;
	return Math.max(0, Math.ceil((last + WINDOW_MS - now.getTime()) / 1_000));
}

const IDLE_MS = 7 * DAY_MS;
const ABSOLUTE_MS = 30 * DAY_MS;
const FORGIVEN_MS = 10_000; // an answer may be lost on its way

/** A session ends when it is not used for a week, and after a month in any case. */
export const refreshUntil = (startedAt: string, now: Date): string =>
	new Date(Math.min(now.getTime() + IDLE_MS, Date.parse(startedAt) + ABSOLUTE_MS)).toISOString();

/**
 * What presenting a refresh token means. `rotate`: it is used for the first time; `repeat`: its
 * answer was lost, and is given again; `reused`: two clients have it, so neither may go on.
 */
export function judge(
	token: Presented | undefined,
	successor: Presented | undefined,
	{ client, now }: { client: string; now: Date },
): "rotate" | "repeat" | "reused" | "refused" {
	if (!token || token.revoked_at || token.expires_at <= now.toISOString()) return "refused";
	if (!token.used_at) return "rotate";
	const isRecent = now.getTime() - Date.parse(token.used_at) <= FORGIVEN_MS;
	const isUnheard = successor !== undefined && !successor.used_at && !successor.revoked_at;
	return isRecent && isUnheard && token.used_by === client ? "repeat" : "reused";
}

interface Presented {
	expires_at: string;
	used_at?: string;
	used_by?: string;
	revoked_at?: string;
}
