/** How long a key that is being replaced is still taken. */
const GRACE_MS = 24 * 3_600_000;

/** Live keys are the active one, and for a day the one that it replaces. */
export const isLive = ({ status, expires_at }: KeyState, now: string): boolean =>
	status === "ACTIVE" || (status === "ROTATING" && expires_at !== undefined && now < expires_at);

export const graceEnds = (now: Date): string => new Date(now.getTime() + GRACE_MS).toISOString();

interface KeyState {
	status: string;
	expires_at?: string;
}
