import type { Reader, Tx } from "../../mixins/database.mixin.ts";
import { decode, table } from "../../mixins/database.mixin.ts";
import { ReplayJob } from "./audit.contract.ts";

const OPEN_MAX = 100; // of one round: the next finds the others

const jobs = table("replay_job", ReplayJob, "id");

export const addJob = (tx: Tx, job: ReplayJob): Promise<void> => tx.insert(jobs, job);

export const findJob = (db: Reader, id: string): Promise<ReplayJob | undefined> =>
	db.find(jobs, { id });

export async function listOpen(db: Reader): Promise<ReplayJob[]> {
	const rows = await db.query(
		`select * from replay_job where finished_at is null order by id limit ${OPEN_MAX}`,
	);
	return rows.map((row) => decode(jobs, row));
}

/** Answers whether it was still in that state: of two who move it, one does. */
export const moveJob = async (
	tx: Tx,
	{ id, status }: ReplayJob,
	changes: Partial<ReplayJob>,
): Promise<boolean> => (await tx.update(jobs, { id, status }, changes)) === 1;
