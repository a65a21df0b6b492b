/** What is done to the mesh, and after which share of the work. */
export type Fault = { readonly at: number } & (
	| {
			readonly kind: "nats";
			readonly store: "kept" | "wiped" | "rolled back";
			readonly down_ms: number;
	  }
	| { readonly kind: "process"; readonly name: string }
);
export interface Amounts {
	/** How often nats-server is killed, these included: */
	readonly nats: number;
	readonly wipes: number;
	readonly rollbacks: number;
	/** How long it is away at most. */
	readonly down_ms: number;
	/** How often a process of the mesh is killed. */
	readonly processes: number;
}

const [FIRST, LAST] = [0.03, 0.93]; // of the work: what is under way at the end is hit, too
const DOWN_MS = 200; // at least: those who use it must notice

/** The same for the same seed: each fault at its share of the work, so that every one meets some. */
export function planOf(random: () => number, amounts: Amounts, names: readonly string[]): Fault[] {
	const stores = storesOf(random, amounts);
	const kinds = shuffled(random, [
		...stores.map(() => "nats" as const),
		...Array.from({ length: amounts.processes }, () => "process" as const),
	]);
	const turns = shuffled(random, names);
	let [store, turn] = [0, 0];
	return kinds.map((kind, index): Fault => {
		const at = FIRST + ((LAST - FIRST) * (index + random())) / kinds.length;
		if (kind === "process") return { at, kind, name: turns[turn++ % turns.length] as string };
		const down_ms = Math.round(DOWN_MS + random() * (amounts.down_ms - DOWN_MS));
		return { at, kind, store: stores[store++] ?? "kept", down_ms };
	});
}

/** The first is an ordinary one: there must be a copy to roll back to. */
function storesOf(random: () => number, { nats, wipes, rollbacks }: Amounts) {
	const special = [
		...Array.from({ length: wipes }, () => "wiped" as const),
		...Array.from({ length: rollbacks }, () => "rolled back" as const),
	];
	const kept = Math.max(1, nats - special.length) - 1;
	const rest = [...special, ...Array.from({ length: kept }, () => "kept" as const)];
	return ["kept" as const, ...shuffled(random, rest)];
}

export function shuffled<T>(random: () => number, list: readonly T[]): T[] {
	const left = [...list];
	return list.map(() => left.splice(Math.floor(random() * left.length), 1)[0] as T);
}

export const said = (fault: Fault): string =>
	fault.kind === "process"
		? `${fault.name} killed`
		: `nats-server killed for ${fault.down_ms} ms, its store ${fault.store}`;
