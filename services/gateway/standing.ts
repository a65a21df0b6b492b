/** What the checks of one context on one node have shown so far. */
export interface Standing {
	readonly state: "up" | "down";
	/** In a row. */
	readonly successes: number;
	readonly failures: number;
}

/** Up until shown otherwise: it has just said that it is there. */
export const fresh: Standing = { state: "up", successes: 0, failures: 0 };

/** One success, or failure, proves nothing: so many in a row do. */
export function seen(
	{ state, successes, failures }: Standing,
	isWell: boolean,
	{ ups, downs }: { readonly ups: number; readonly downs: number },
): Standing {
	const well = isWell ? successes + 1 : 0;
	const ill = isWell ? 0 : failures + 1;
	const isUp = state === "up" ? ill < downs : well >= ups;
	return { state: isUp ? "up" : "down", successes: well, failures: ill };
}
