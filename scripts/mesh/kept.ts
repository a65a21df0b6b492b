import { setTimeout as sleep } from "node:timers/promises";

const FIRST_MS = 100;
const LAST_MS = 30_000;
const STEADY_MS = 30_000; // who has run for so long has not failed in a row
const PATIENCE_MS = 40_000; // a little more than a process gives itself to drain

/** A process as the one who keeps it sees it. */
export interface Running {
	readonly pid: number;
	/** How it ended, once it has: `code 1`, `SIGKILL`. */
	readonly ended: Promise<string>;
	signal(name: NodeJS.Signals): void;
}
/** Resolves once the process can do its work; rejects, with none left behind, if it cannot. */
export type Start = () => Promise<Running>;
export type State = "starting" | "ready" | "draining" | "stopped" | "waiting";

/** Keeps a process running until it is told to stop it: one that dies is started again, ever later. */
export class Kept {
	readonly name: string;
	state: State = "stopped";
	restarts = 0;
	since = Date.now();
	readonly #start: Start;
	readonly #say: (text: string) => void;
	#running: Running | undefined;
	#failures = 0;
	#isWanted = false;
	#isOver = false;
	#again: NodeJS.Timeout | undefined;
	#starting: Promise<void> | undefined;

	constructor(name: string, start: Start, say: (text: string) => void) {
		this.name = name;
		this.#start = start;
		this.#say = say;
	}

	get pid(): number | undefined {
		return this.#running?.pid;
	}

	/** The first start, or one that was asked for: here a failure is the caller's to deal with. */
	async start(): Promise<void> {
		if (this.#isOver) throw new Error("The mesh is stopping");
		this.#isWanted = true;
		clearTimeout(this.#again);
		await (this.#starting ?? this.#begin());
	}

	/** From here on nobody starts it, whatever has been asked for before; it is still to be stopped. */
	end(): void {
		this.#isOver = true;
	}

	/** Asks it to end, waits until it has, and is no longer patient at some point. */
	async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
		this.#isWanted = false;
		clearTimeout(this.#again);
		await this.#starting?.catch(() => {}); // it would not hear us before it listens
		const running = this.#running;
		if (running) {
			this.#turn("draining");
			running.signal(signal);
			const patience = new AbortController();
			const late = sleep(PATIENCE_MS, "late", { signal: patience.signal }).catch(() => "ended");
			if ((await Promise.race([running.ended, late])) === "late") {
				this.#say(`${this.name} does not end: killed`);
				running.signal("SIGKILL");
				await running.ended;
			}
			patience.abort();
		}
		this.#turn("stopped");
	}

	/** One that does not come back is tried again, as if it had died; who asked is told. */
	async restart(): Promise<void> {
		await this.stop();
		await this.start().catch((error: Error) => {
			this.#retry(error.message);
			throw error;
		});
	}

	#begin(): Promise<void> {
		this.#turn("starting");
		this.#starting = this.#start()
			.then((running) => {
				this.#running = running;
				this.#turn("ready");
				void running.ended.then((how) => this.#ended(how));
			})
			.finally(() => {
				this.#starting = undefined;
			});
		return this.#starting;
	}

	#ended(how: string): void {
		this.#running = undefined;
		if (Date.now() - this.since > STEADY_MS) this.#failures = 0;
		this.#retry(how);
	}

	#retry(how: string): void {
		if (!this.#isWanted) return;
		const wait_ms = Math.min(FIRST_MS * 2 ** this.#failures++, LAST_MS);
		this.#say(`${this.name} has ended (${how}): again in ${wait_ms / 1_000} s`);
		this.#turn("waiting");
		this.#again = setTimeout(() => {
			this.restarts++;
			this.#begin().then(
				() => this.#say(`${this.name} is back`),
				(error: Error) => this.#retry(error.message),
			);
		}, wait_ms);
	}

	#turn(state: State): void {
		this.state = state;
		this.since = Date.now();
	}
}
