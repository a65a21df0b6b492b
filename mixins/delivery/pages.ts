import type { Sent } from "../bus.ts";

type Page = readonly Sent[];

/** Reads the feed once for all sinks that are equally far, and what a fact says once for all who ask. */
export class Pages {
	readonly #read: (after: number) => Promise<Page>;
	#last: { readonly after: number; readonly facts: Promise<Page> } | undefined;

	constructor(read: (after: number) => Promise<Page>) {
		this.#read = read;
	}

	/** What another has just read there, if there was anything: it stays as it is, more may come. */
	async after(after: number): Promise<Page> {
		const seen = this.#last?.after === after ? await this.#last.facts.catch(() => []) : [];
		if (seen.length > 0) return seen;
		const facts = this.#read(after);
		this.#last = { after, facts };
		return facts;
	}

	/** To be called now and then: a page is kept only for as long as it is read together. */
	forget(): void {
		this.#last = undefined;
	}
}
