import moleculer from "moleculer";

export type Language = "en" | "fr";
type Messages = Readonly<Record<Language, string>>;

/** The entry in the register of refusals: plain data, so that it travels with the contract. */
export interface RefusalEntry extends Messages {
	readonly code: string;
	readonly status: number;
	/** A shorter text for the top of a problem document; its message unless said. */
	readonly title?: Messages;
}

export interface Refusal<D extends unknown[] = any[]> {
	(...data: D): Error;
	readonly code: string;
	readonly entry: RefusalEntry;
	is(err: unknown): boolean;
}

/** `"{wanted} of {product_id}"` asks for `wanted` and `product_id`; more may come with them. */
export type Holes<T> = T extends `${string}{${infer Hole}}${infer Rest}`
	? Hole | Holes<Rest>
	: never;
type Data<M extends Messages> = [Holes<M[Language]>] extends [never]
	? []
	: [Record<Holes<M[Language]>, string | number> & Record<string, unknown>];

/**
 * An expected "no": part of the contract, never retried, recognised by code on any node.
 * Its messages are templates, so that the gateway can say it in the caller's language.
 */
export function refusal<const M extends Messages>(
	code: string,
	status: number,
	messages: M,
	title?: Messages,
): Refusal<Data<M>> {
	const entry: RefusalEntry = { code, status, ...messages, ...(title && { title }) };
	const build = (data = {}) =>
		new moleculer.Errors.MoleculerClientError(explain(entry, data, "en"), status, code, data);
	const is = (err: unknown) => (err as { type?: unknown } | null)?.type === code;
	return Object.assign(build as never, { code, entry, is });
}

/** The same "no" about a thing named inside a request: 422 where the thing's own address says 404. */
export function inBody<D extends unknown[]>({ entry }: Refusal<D>): Refusal<D> {
	const { code, status: _, title, ...messages } = entry;
	return refusal(code, 422, messages, title) as unknown as Refusal<D>;
}

/**
 * For what is asked before a unit of work that will say the same no: the refusal that is expected
 * comes back as a value. Anything else stays an error: an outage is no answer.
 */
export const asValue = (expected: Refusal) => (err: unknown) => {
	if (expected.is(err) && isRefusal(err)) return err;
	throw err;
};

/** For a `catch`: another context's no, said as our own. Anything else stays what it is. */
export const saidAs = (expected: Refusal, ours: Error) => (err: unknown) => {
	throw expected.is(err) ? ours : err;
};

export function explain(entry: Messages, data: object, language: Language): string {
	return entry[language].replaceAll(/\{(\w+)\}/g, (_, hole) => String(data[hole as never]));
}

/** True for a "no" that asking again cannot change, whoever said it. */
export function isRefusal(err: unknown): err is moleculer.Errors.MoleculerClientError {
	const { code, retryable } = (err ?? {}) as { code?: unknown; retryable?: unknown };
	return retryable === false && typeof code === "number" && code >= 400 && code < 500;
}
