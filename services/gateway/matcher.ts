/** What can be found at an address: its operations by method, and how its parameters were filled. */
export interface Match<T> {
	readonly at: Map<string, T>;
	readonly values: readonly string[];
}

interface Node<T> {
	readonly children: Map<string, Node<T>>;
	param?: Node<T>;
	readonly at: Map<string, T>;
}

const node = <T>(): Node<T> => ({ children: new Map(), at: new Map() });

export const segmentsOf = (path: string): string[] => path.split("/").filter(Boolean);

/** A tree of path segments: finding a route costs the length of its path, however many there are. */
export function matcher<T>() {
	const root = node<T>();

	return {
		/** False when another operation has the place. */
		add(method: string, path: string, operation: T): boolean {
			let here = root;
			for (const segment of segmentsOf(path)) {
				if (segment.startsWith(":")) {
					here.param ??= node();
					here = here.param;
					continue;
				}
				const next = here.children.get(segment) ?? node<T>();
				here.children.set(segment, next);
				here = next;
			}
			if (here.at.has(method)) return false;
			here.at.set(method, operation);
			return true;
		},

		/** Every way to read the path, words before parameters. */
		find(segments: readonly string[]): Match<T>[] {
			const found: Match<T>[] = [];
			collect(root, segments, 0, [], found);
			return found;
		},
	};
}
export type Matcher<T> = ReturnType<typeof matcher<T>>;

function collect<T>(
	{ children, param, at }: Node<T>,
	segments: readonly string[],
	depth: number,
	values: readonly string[],
	found: Match<T>[],
): void {
	const segment = segments[depth];
	if (segment === undefined) {
		if (at.size > 0) found.push({ at, values });
		return;
	}
	const word = children.get(segment);
	if (word) collect(word, segments, depth + 1, values, found);
	if (param) collect(param, segments, depth + 1, [...values, segment], found);
}
