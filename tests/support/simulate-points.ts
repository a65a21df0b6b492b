import { isOver } from "../../services/saga/state.ts";
import { type Cut, type Cuts, type Mutant, type Place, simulate, type World } from "./simulate.ts";
import { violations } from "./simulate-invariants.ts";
import { runsOf } from "./simulate-journal.ts";
import type { Script } from "./simulate-scripts.ts";

export interface Point {
	readonly nth: number;
	readonly cut: Cut;
}
/** After a commit is before its call; after an answer is before its commit. */
const CUTS: Record<Place, readonly Cut[]> = {
	commit: ["kill_before", "kill_after", "error_before", "error_after"],
	participant: ["kill_before"],
	answer: ["kill_before"],
};
export const isKill = ({ cut }: Point) => cut.startsWith("kill");

/** Every point at which a run could have been cut. */
export const pointsOf = ({ places }: World): Point[] =>
	places.flatMap((place, nth) => CUTS[place].map((cut) => ({ nth, cut })));

const at = (points: readonly Point[]): Cuts => {
	const cuts = new Map(points.map(({ nth, cut }) => [nth, cut]));
	return (nth) => cuts.get(nth);
};

/** What runs have shown so far: a proof in which nothing happens proves nothing. */
export function tally() {
	const sum = { runs: 0, sagas: 0, ended: 0, compensated: 0, kills: 0, duplicates: 0, unknowns: 0 };
	return {
		sum,
		add({ kept, people, wires, kills }: World) {
			sum.runs++;
			for (const { state } of runsOf(kept)) {
				sum.sagas++;
				if (isOver(state)) sum.ended++;
				if (state.status === "COMPENSATED") sum.compensated++;
			}
			sum.kills += kills;
			sum.duplicates += people.seen.duplicates;
			sum.unknowns += wires.unknowns();
		},
	};
}
export type Tally = ReturnType<typeof tally>;

/** Runs a script, cut at these points; answers what was broken, in words. */
export async function rehearsal(
	make: () => Script,
	points: readonly Point[],
	{ mutant, counts }: { mutant?: Mutant; counts?: Tally } = {},
) {
	const { title, orders, setting } = make();
	const world = await simulate({ ...setting, cuts: at(points), ...(mutant && { mutant }) });
	counts?.add(world);
	const where = points.map(({ nth, cut }) => `${cut} ${world.places[nth]} ${nth}`).join(", ");
	const broken = violations(world, orders).map(({ law, why }) => ({
		law,
		text: `${law} ${why} (${title}; ${where || "uncut"})`,
	}));
	return { world, broken };
}
