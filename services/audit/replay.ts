import { type Follower, type Replay, type ReplayJob, rangeInvalid } from "./audit.contract.ts";

interface Range {
	readonly from_seq?: number;
	readonly to_seq?: number;
}

/** The range that is asked for: up to the head, unless said. */
export function rangeOf({ from_seq = 1, to_seq }: Range, head: number) {
	const end = to_seq ?? head;
	if (end > head || from_seq > end + 1) throw rangeInvalid({ from_seq, to_seq: end, head });
	return { from_seq, to_seq: end };
}

/** It has ended once the projection that answers has passed the range. */
export const isDone = ({ status, to_seq }: ReplayJob, follower: Follower): boolean =>
	status === "RUNNING" && follower.state !== "REBUILDING" && follower.position >= to_seq;

/** What part of the range has been read. */
export function progressOf(job: ReplayJob, follower?: Follower): number {
	const { status, from_seq, to_seq } = job;
	if (status === "DONE") return 1;
	if (status !== "RUNNING" || !follower) return 0;
	if (follower.state === "REBUILDING") return follower.progress ?? 0;
	const read = follower.position - from_seq + 1;
	return Math.min(1, Math.max(0, read / Math.max(1, to_seq - from_seq + 1)));
}

export const replayed = (job: ReplayJob, follower?: Follower): Replay => ({
	...job,
	progress: progressOf(job, follower),
});
