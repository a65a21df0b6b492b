import type { Tx } from "../../mixins/database.mixin.ts";
import type { Choreography } from "../../sagas/reaction.ts";
import { byVersion, CHOREOGRAPHIES } from "./definitions.ts";
import type { Observation } from "./event.ts";
import type { Head, Run, Write } from "./journal.ts";
import type { State } from "./state.ts";
import * as store from "./stories.store.ts";
import type { Scene } from "./story-fact.ts";
import { expected, observe } from "./story-fold.ts";
import { headOf, isNever, sceneOf, type Told } from "./story-match.ts";
import { addHistory, insertSagas, updateSagas } from "./write.ts";

const EPOCH = 0; // nobody owns what is only watched
const choreographyOf = byVersion(CHOREOGRAPHIES);

/** Writes transitions, each on the one before; false where another has the key of one that begins. */
export type Keep = (tx: Tx, writes: readonly Write[]) => Promise<boolean>;

/** What the facts of one commit make of their stories. */
export async function hearAll(tx: Tx, told: readonly Told[], keep: Keep): Promise<void> {
	const stories = await store.lockStories(tx, told);
	const known = [...stories.values()].flatMap(({ saga_id }) => (saga_id ? [saga_id] : []));
	const runs = await store.runsOf(tx, known);
	const writes: Write[] = [];
	const changed = new Set<store.Story>();
	for (const one of told) {
		const story = stories.get(store.storyKey(one)) as store.Story;
		const scene = sceneOf(one.of, one.fact);
		const run = story.saga_id ? runs.get(story.saga_id) : undefined;
		if (run) writes.push(...hear(runs, run, scene));
		else if (one.fact.event === one.of.start) {
			const head = headOf(one);
			writes.push(...begin(runs, head, { at: scene.at, input: inputOf(one) }));
			const heard = [scene, ...story.waiting];
			for (const each of heard) writes.push(...hear(runs, runs.get(head.saga_id) as Run, each));
			Object.assign(story, { saga_id: head.saga_id, waiting: [] });
			changed.add(story);
		} else if (isNever(one)) {
			await store.forgetStory(tx, one);
			changed.delete(story);
		} else {
			story.waiting.push(scene);
			changed.add(story);
		}
	}
	await store.saveStories(tx, [...changed]);
	if (!(await keep(tx, writes))) throw new Error("a story's key is taken by another");
}

const inputOf = ({ of, business_key }: Told) => ({ [of.named]: business_key });

/** Opens a story before any fact of it is heard; false if another has its request or its key. */
export async function open(tx: Tx, head: Head, input: State["input"], at: number, keep: Keep) {
	const of = choreographyOf(head) as Choreography;
	const about = { name: of.name, business_key: String(input[of.named]) };
	const story = (await store.lockStories(tx, [about])).get(store.storyKey(about)) as store.Story;
	if (story.saga_id)
		return story.saga_id === head.saga_id && (await store.claimStory(tx, head)) > 0;
	const runs = new Map<string, Run>();
	const writes = begin(runs, head, { at, input });
	if (!(await keep(tx, writes))) {
		if (story.waiting.length === 0) await store.forgetStory(tx, about);
		return false;
	}
	const run = () => runs.get(head.saga_id) as Run;
	await store.saveStories(tx, [{ ...about, saga_id: head.saga_id, waiting: [] }]);
	for (const each of story.waiting) await keep(tx, hear(runs, run(), each));
	return true;
}

type Runs = Map<string, Run>;
const plain = { random: 0 };

function begin(runs: Runs, head: Head, { at, input }: { at: number; input: State["input"] }) {
	const state = expected(choreographyOf(head) as Choreography, head.saga_id, at, input);
	return step(
		runs,
		{ head, rev: 0, state },
		{ type: "OPENED", at, actor: head.actor, input, ...plain },
	);
}

const hear = (runs: Runs, run: Run, fact: Scene) =>
	step(runs, run, { type: "HEARD", at: fact.at, actor: fact.actor, fact, ...plain });

/** One transition of a run, if the event tells anything. */
export function step(runs: Runs, { head, rev, state }: Run, event: Observation): Write[] {
	const of = choreographyOf(head);
	const decision = of && observe(of, state, event); // a version that is gone stays as it is
	if (!decision) return [];
	runs.set(head.saga_id, { head, rev: rev + 1, state: decision.state });
	return [{ head, rev, event, decision }];
}

/** Each story's transitions one after the other, those of different stories together. */
export async function write(tx: Tx, writes: readonly Write[]): Promise<boolean> {
	const lists = [...Map.groupBy(writes, ({ head }) => head.saga_id).values()];
	for (let round = 0; round < Math.max(0, ...lists.map(({ length }) => length)); round++) {
		const batch = lists.flatMap((list) => list[round] ?? []);
		const [starts, moves] = [batch.filter(({ rev }) => rev === 0), batch.filter(({ rev }) => rev)];
		const begun = await insertSagas(tx, starts, EPOCH);
		if (begun.length < starts.length) return false;
		const moved = await updateSagas(tx, moves, EPOCH);
		if (moved.length < moves.length) throw new Error("a watched story has moved behind its lock");
		await addHistory(tx, batch, EPOCH);
	}
	return true;
}
