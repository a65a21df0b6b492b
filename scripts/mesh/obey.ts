import type { Mesh } from "./mesh.ts";
import { ago, tableFor } from "./table.ts";

type Say = (text: string) => void;

let last: Promise<unknown> = Promise.resolve();

/** What another terminal may ask of a mesh. One change at a time: the next waits. */
export async function obey(mesh: Mesh, words: readonly string[], say: Say): Promise<void> {
	const [word = "", ...rest] = words;
	if (word === "ps") return say(shown(mesh));
	const both: Say = (text) => {
		mesh.log.say(text);
		say(text);
	};
	if (word === "stop") {
		both("stopping: gateways, contexts, servers");
		await mesh.stop();
		return;
	}
	const change = CHANGES[word];
	if (!change)
		throw new Error(`There is no command ${word}: ps, stop, ${Object.keys(CHANGES).join(", ")}`);
	const mine = last.then(() => change(mesh, rest, both));
	last = mine.catch(() => {});
	await mine;
}

const CHANGES: Record<string, (mesh: Mesh, words: string[], say: Say) => Promise<void>> = {
	async scale(mesh, [context = "", count = ""], say) {
		say((await membersOf(mesh).scale(context, Number(count))) ?? "");
		await mesh.whole();
	},
	/** One after the other: the next is stopped once the mesh is whole again. */
	async restart(mesh, [word = ""], say) {
		for (const { kept } of membersOf(mesh).named(word)) {
			const began = performance.now();
			await kept.restart();
			await mesh.whole();
			say(`${kept.name} has been restarted in ${seconds(began)} s`);
		}
	},
	async drain(mesh, [word = "", reason], say) {
		if (reason) mesh.log.say(`drain ${word}: ${reason}`);
		if (word === "all") throw new Error("drain takes one process or context; stop ends the mesh");
		for (const { kept } of membersOf(mesh).named(word)) {
			await kept.stop();
			say(`${kept.name} has finished, and stays away until: npm run mesh -- restart ${kept.name}`);
		}
	},
};

const membersOf = ({ members }: Mesh) => {
	if (members) return members;
	throw new Error("The mesh has not started yet");
};

export const seconds = (began: number): string => ((performance.now() - began) / 1_000).toFixed(1);

function shown({ members, servers }: Mesh): string {
	const rows = [
		...servers.map(({ kept, url }) => [kept, "", url] as const),
		...(members?.all ?? []).map(
			({ kept, plan, ops_port }) =>
				[kept, plan.contexts.join(" "), `http://127.0.0.1:${ops_port}/metrics`] as const,
		),
	];
	const head = ["process", "state", "for", "pid", "restarts", "at", "contexts"];
	return tableFor(
		head,
		rows.map(([{ name, state, since, pid, restarts }, contexts, at]) => [
			...[name, state, ago(since), pid, restarts],
			...[at, contexts],
		]),
	);
}
