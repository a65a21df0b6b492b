import { environmentWith } from "./environment.ts";
import { type Folder, writeWhole } from "./folder.ts";
import { Kept } from "./kept.ts";
import type { Log } from "./log.ts";
import { type Member, planned, scaled } from "./plan.ts";
import { refuseTaken } from "./ports.ts";
import { startMember } from "./process.ts";

interface Kin {
	readonly plan: Member;
	readonly kept: Kept;
	readonly ops_port: number;
}
interface Setting {
	readonly folder: Folder;
	readonly log: Log;
	readonly ops_port: number;
	/** What all processes are told. */
	readonly env: Record<string, string>;
	readonly isShared: boolean;
}

const LOOPBACK = "127.0.0.1";

/** The processes of a mesh that run our code, each with a port of its own for metrics and probes. */
export class Members {
	readonly #all = new Map<string, Kin>();
	readonly #setting: Setting;
	#isOver = false;

	constructor(setting: Setting) {
		this.#setting = setting;
	}

	get all(): readonly Kin[] {
		return [...this.#all.values()];
	}

	/** Contexts before gateways: nobody is let in where nothing answers yet. */
	async start(wish: Omit<Parameters<typeof planned>[0], "isShared">): Promise<void> {
		const plans = planned({ ...wish, isShared: this.#setting.isShared });
		for (const plan of plans) await this.#add(plan);
		this.#tell();
		const [gateways, contexts] = split(this.all);
		await startAll(contexts);
		await startAll(gateways);
	}

	/** Gateways first, while all that they call is there; then sagas, while their steps are; then all else. */
	async stop(): Promise<void> {
		this.#isOver = true;
		for (const { kept } of this.all) kept.end();
		const [gateways, contexts] = split(this.all);
		const isSaga = ({ plan }: Kin) => plan.contexts.includes("saga");
		for (const some of [gateways, contexts.filter(isSaga), contexts])
			await Promise.all(some.map(({ kept }) => kept.stop()));
	}

	/** Answers what it did, in a line. */
	async scale(context: string, wanted: number): Promise<string> {
		const plans = this.all.map(({ plan }) => plan);
		const { more, fewer } = scaled(plans, context, wanted, this.#setting.isShared);
		await this.#grow(more);
		await this.#shrink(fewer);
		return `${context} runs in ${this.holding(context).length} processes: ${this.holding(context)
			.map(({ plan }) => plan.name)
			.join(", ")}`;
	}

	/** By a process's name, or a context's: all that hold it; or `all`, gateways last. */
	named(word: string): readonly Kin[] {
		if (word === "all") return split(this.all).toReversed().flat();
		const one = this.#all.get(word);
		const found = one ? [one] : this.holding(word);
		if (found.length > 0) return found;
		throw new Error(`There is no process ${word}: ${[...this.#all.keys()].join(", ")}`);
	}

	holding(context: string): readonly Kin[] {
		return this.all.filter(({ plan }) => plan.contexts.includes(context));
	}

	/** All of them run, or none of them is left. */
	async #grow(plans: readonly Member[]): Promise<void> {
		try {
			const added: Kin[] = [];
			for (const plan of plans) added.push(await this.#add(plan));
			this.#tell();
			await startAll(added);
		} catch (error) {
			await this.#shrink(plans);
			throw error;
		}
	}

	async #shrink(plans: readonly Member[]): Promise<void> {
		await Promise.all(plans.map(({ name }) => this.#all.get(name)?.kept.stop()));
		for (const { name } of plans) this.#all.delete(name);
		this.#tell();
	}

	async #add(plan: Member): Promise<Kin> {
		const ops_port = await this.#freeOpsPort();
		const { env, log } = this.#setting;
		const own = { ...env, RETAIL_INSTANCE: plan.instance, RETAIL_OPS_PORT: String(ops_port) };
		const start = () => startMember(plan, environmentWith(own), log);
		const kin = { plan, ops_port, kept: new Kept(plan.name, start, log.say) };
		if (this.#isOver) kin.kept.end();
		this.#all.set(plan.name, kin);
		return kin;
	}

	/** The first after the base that none of ours has. */
	async #freeOpsPort(): Promise<number> {
		const taken = new Set(this.all.map((kin) => kin.ops_port));
		let port = this.#setting.ops_port;
		while (taken.has(port)) port++;
		await refuseTaken(
			port,
			LOOPBACK,
			"--ops-port (RETAIL_OPS_PORT), the first of as many as there are processes",
		);
		return port;
	}

	/** For Prometheus, `file_sd_configs`: it looks again by itself. */
	#tell(): void {
		const targets = this.all.map(({ plan, ops_port }) => ({
			targets: [`${LOOPBACK}:${ops_port}`],
			labels: { process: plan.name },
		}));
		writeWhole(this.#setting.folder.targets, targets, 0o644);
	}
}

const startAll = async (some: readonly Kin[]) => {
	await Promise.all(some.map(({ kept }) => kept.start()));
};

const split = (all: readonly Kin[]): [gateways: readonly Kin[], contexts: readonly Kin[]] => [
	all.filter(({ plan }) => plan.contexts.includes("gateway")),
	all.filter(({ plan }) => !plan.contexts.includes("gateway")),
];
