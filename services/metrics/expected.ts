import { CONTEXTS } from "../../config/topology.ts";

/**
 * How many replicas there should be: the most that were seen, less those that have said goodbye;
 * one of each context at least. So a crash is missed until it is replaced, and a stop is not.
 */
export class Expected {
	readonly #most = new Map<string, number>(CONTEXTS.map((name) => [name, 1]));

	saw(counts: ReadonlyMap<string, number>): void {
		for (const [name, count] of counts)
			this.#most.set(name, Math.max(count, this.#most.get(name) ?? 1));
	}

	left(services: readonly string[]): void {
		for (const name of services) {
			const most = this.#most.get(name);
			if (most !== undefined) this.#most.set(name, Math.max(1, most - 1));
		}
	}

	get counts(): ReadonlyMap<string, number> {
		return this.#most;
	}
}
