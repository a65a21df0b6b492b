import type { Page } from "./projection.ts";

const PAGE = 500;
const KEPT_MAX = 8; // places in the feed at which somebody reads: the live tables, and each rebuild

export interface Read extends Page {
	/** When it was asked for: what came later may not be in it. */
	readonly asked_at: number;
}

/** Pages of the feed, each asked for while the one before it is being applied. */
export class ReadAhead {
	readonly #feed: (after: number, limit: number) => Promise<Page>;
	readonly #next = new Map<number, Promise<Read>>();

	constructor(feed: (after: number, limit: number) => Promise<Page>) {
		this.#feed = feed;
	}

	async page(after: number): Promise<Read> {
		const asked = this.#next.get(after) ?? this.#ask(after);
		this.#next.delete(after);
		const page = await asked;
		const last = page.items.at(-1)?.position ?? after;
		if (page.items.length === PAGE) {
			if (this.#next.size >= KEPT_MAX) this.#next.clear();
			const next = this.#ask(last);
			next.catch(() => this.#next.delete(last)); // it is asked for again when its turn comes
			this.#next.set(last, next);
		}
		return { ...page, head: Math.max(page.head, last) };
	}

	async #ask(after: number): Promise<Read> {
		const asked_at = Date.now();
		return { ...(await this.#feed(after, PAGE)), asked_at };
	}
}
