/** A kind of row of a read model, as a fold knows it. */
export interface Kind<Row extends object = object> {
	readonly name: string;
	readonly key: readonly string[];
	readonly row?: Row;
}

/** What a fold sees of its tables. It is told the same facts again until all rows are there. */
export interface Rows {
	/** Absent, or not read yet: then the fold is run once more, and its writes of this run are not kept. */
	find<Row extends object>(kind: Kind<Row>, key: Partial<Row>): Row | undefined;
	put<Row extends object>(kind: Kind<Row>, row: Row): void;
	/**
	 * Adds to the numbers of a row, which begin at 0: nothing needs to be read for that. A table is
	 * either added to or put into, never both.
	 */
	add<Row extends object>(
		kind: Kind<Row>,
		key: Partial<Row>,
		amounts: Partial<Row>,
		sign?: 1 | -1,
	): void;
}

type Row = Record<string, unknown>;
interface Shelf {
	/** As the database has them; `undefined` where it has none. */
	readonly known: Map<string, Row | undefined>;
	readonly changed: Map<string, Row>;
	readonly missing: Map<string, Row>;
	/** What is to be added to rows, which are not read. */
	readonly added: Map<string, Row>;
}

function nameIn(key: readonly string[], row: Row): string {
	let name = "";
	for (const one of key) name += `${row[one]}\0`; // no text that a database keeps holds it
	return name;
}

/** The rows that one page of facts touches, in memory: read by few statements, written by few. */
export class WorkingSet implements Rows {
	readonly #shelves = new Map<Kind, Shelf>();

	find<R extends object>(kind: Kind<R>, key: Partial<R>): R | undefined {
		const { known, changed, missing } = this.#shelf(kind);
		const name = nameIn(kind.key, key as Row);
		const row = changed.get(name) ?? known.get(name);
		if (row === undefined && !known.has(name)) missing.set(name, key as Row);
		return row as R | undefined;
	}

	put<R extends object>(kind: Kind<R>, row: R): void {
		this.#shelf(kind).changed.set(nameIn(kind.key, row as Row), row as Row);
	}

	add<R extends object>(
		kind: Kind<R>,
		key: Partial<R>,
		amounts: Partial<R>,
		sign: 1 | -1 = 1,
	): void {
		const { added } = this.#shelf(kind);
		const name = nameIn(kind.key, key as Row);
		const row = added.get(name) ?? { ...(key as Row) };
		added.set(name, row);
		for (const column in amounts)
			row[column] = ((row[column] as number) ?? 0) + sign * (amounts[column] as number);
	}

	/** The keys that were asked for and are not known yet. */
	get missing(): [Kind, object[]][] {
		return this.#filled(({ missing }) => missing);
	}
	get changed(): [Kind, object[]][] {
		return this.#filled(({ changed }) => changed);
	}

	get added(): [Kind, object[]][] {
		return this.#filled(({ added }) => added);
	}

	/** Of the keys that were missing, these are all the rows that there are. */
	know(kind: Kind, rows: readonly object[]): void {
		const { known, missing } = this.#shelf(kind);
		for (const name of missing.keys()) known.set(name, undefined);
		for (const row of rows) known.set(nameIn(kind.key, row as Row), row as Row);
		missing.clear();
	}

	/** Forgets what was written: the facts are told again. */
	restart(): void {
		for (const { changed, added } of this.#shelves.values()) {
			changed.clear();
			added.clear();
		}
	}

	#filled(of: (shelf: Shelf) => Map<string, Row>): [Kind, object[]][] {
		return [...this.#shelves].flatMap(([kind, shelf]): [Kind, object[]][] =>
			of(shelf).size > 0 ? [[kind, [...of(shelf).values()]]] : [],
		);
	}

	#shelf(kind: Kind): Shelf {
		const shelf = this.#shelves.get(kind) ?? {
			known: new Map(),
			changed: new Map(),
			missing: new Map(),
			added: new Map(),
		};
		this.#shelves.set(kind, shelf);
		return shelf;
	}
}
