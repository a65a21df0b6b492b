type Rows = readonly object[];

/** Reads the feed once for all sinks that are equally far. */
export class Pages {
	readonly #read: (after: number) => Promise<Rows>;
	#last: { readonly after: number; readonly rows: Promise<Rows> } | undefined;

	constructor(read: (after: number) => Promise<Rows>) {
		this.#read = read;
	}

	/** What another has just read there, if there was anything: it stays as it is, more may come. */
	async after(after: number): Promise<Rows> {
		const seen = this.#last?.after === after ? await this.#last.rows.catch(() => []) : [];
		if (seen.length > 0) return seen;
		const rows = this.#read(after);
		this.#last = { after, rows };
		return rows;
	}

	/** To be called now and then: a page is kept only for as long as it is read together. */
	forget(): void {
		this.#last = undefined;
	}
}
