/** What is done to the mesh, and after which share of the work. */
export type Fault = { readonly at: number } & (
	| {
			readonly kind: "nats";
			readonly store: "kept" | "wiped" | "rolled back";
			readonly down_ms: number;
	  }
	| { readonly kind: "postgres"; readonly down_ms: number }
	| { readonly kind: "process" | "freeze"; readonly name: string }
);
export interface Amounts {
	/** How often nats-server is killed, these included: */
	readonly nats: number;
	readonly wipes: number;
	readonly rollbacks: number;
	/** How often PostgreSQL is killed. */
	readonly postgres: number;
	/** How long a server is away at most. */
	readonly down_ms: number;
	/** How often a process of the mesh is killed. */
	readonly processes: number;
	/** How often an orchestrator is stopped for longer than its lease, and goes on then. */
	readonly freezes: number;
}

const [FIRST, LAST] = [0.03, 0.93]; // of the work: what is under way at the end is hit, too
const DOWN_MS = 200; // at least: those who use it must notice
const ORCHESTRATOR = /^saga\b/;

/** The same for the same seed: each fault at its share of the work, so that every one meets some. */
export function planOf(random: () => number, amounts: Amounts, names: readonly string[]): Fault[] {
	const stores = storesOf(random, amounts);
	const many = (kind: Fault["kind"], { length }: { length: number }) =>
		Array.from({ length }, () => kind);
	const kinds = shuffled(random, [
		...many("nats", stores),
		...many("postgres", { length: amounts.postgres }),
		...many("process", { length: amounts.processes }),
		...many("freeze", { length: amounts.freezes }),
	]);
	const turns = { process: shuffled(random, names), freeze: names.filter(isOrchestrator) };
	const taken = { process: 0, freeze: 0 };
	let store = 0;
	return kinds.map((kind, index): Fault => {
		const at = FIRST + ((LAST - FIRST) * (index + random())) / kinds.length;
		const down_ms = Math.round(DOWN_MS + random() * (amounts.down_ms - DOWN_MS));
		if (kind === "nats") return { at, kind, store: stores[store++] ?? "kept", down_ms };
		if (kind === "postgres") return { at, kind, down_ms };
		const among = turns[kind];
		return { at, kind, name: among[taken[kind]++ % among.length] as string };
	});
}

/** The first is an ordinary one: there must be a copy to roll back to. */
function storesOf(random: () => number, { nats, wipes, rollbacks }: Amounts) {
	if (nats === 0) return [];
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

export const isOrchestrator = (name: string) => ORCHESTRATOR.test(name);

/** What takes turns: one thing at a time is done to a server, a process, the orchestrators. */
export function targetOf(fault: Fault): string {
	if (fault.kind === "nats" || fault.kind === "postgres") return fault.kind;
	return isOrchestrator(fault.name) ? "orchestrators" : fault.name;
}

export function said(fault: Fault): string {
	if (fault.kind === "nats")
		return `nats-server killed for ${fault.down_ms} ms, its store ${fault.store}`;
	if (fault.kind === "postgres") return `PostgreSQL killed for ${fault.down_ms} ms`;
	return `${fault.name} ${fault.kind === "freeze" ? "frozen" : "killed"}`;
}
