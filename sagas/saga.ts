import Type, { type Static, type TObject, type TProperties } from "typebox";
import { type Action, closed, type Params, type Reply } from "../lib/contract.ts";

/** A saga as data: the orchestrator stores it with each run, draws it, and knows no more. */
export interface Saga<Input = any> extends Head {
	readonly name: string;
	readonly input: TObject;
	/** Of one key, one saga at most is live or completed. */
	readonly key: (input: Input) => string;
	readonly steps: readonly Step[];
}

interface Head {
	/** Runs keep the version that they began with: a changed list of steps is a new version. */
	readonly version: number;
	readonly deadline_ms: number;
	/** What the outside is told once it is complete. */
	readonly completed?: string;
}

export interface Step extends Options {
	readonly name: string;
	readonly kind: "read" | "step" | "pivot" | "retriable";
	readonly action: Action;
	readonly params: (state: any) => unknown;
	readonly undo?: Undo;
}

export interface Undo {
	readonly name: string;
	readonly action: Action;
	readonly params: (state: any) => unknown;
}

interface Options {
	/** What the outside is shown while the step runs, and once it is done. */
	readonly doing?: string;
	readonly done?: string;
	/** What the outside is told if it is refused, if nobody is there to do it, or in both cases. */
	readonly refused?: string;
	readonly unavailable?: string;
	readonly failed?: string;
	readonly timeout_ms?: number;
}

/** Adds a call. Its params are made of the input and of the replies, each under its step's name. */
type Add<S, Next extends keyof Chains<any, any>> = <const N extends string, A extends Action>(
	name: N,
	action: A,
	params: (state: S) => Params<A>,
	options?: Options,
) => Chains<S, S & Record<N, Reply<A>>>[Next];

interface Chains<Before, S> {
	/** Before the point of no return: what has been done can be undone. */
	undoable: {
		/** A question: it changes nothing, so there is nothing to undo. */
		read: Add<S, "undoable">;
		/** A change. It must say at once how it is undone. */
		step: Add<S, "undo">;
		/** The point of no return: once it is done the saga goes forward, whatever happens. */
		pivot: Add<S, "retriable">;
	};
	/**
	 * The undo is written down before the step is called, since a call may be lost without an
	 * answer: so it may use what was known then, and not the reply.
	 */
	undo: {
		undo<A extends Action>(
			name: string,
			action: A,
			params: (state: Before) => Params<A>,
		): Chains<unknown, S>["undoable"];
	};
	/** After the point of no return: tried until it succeeds, so there is nothing to undo. */
	retriable: { retriable: Add<S, "retriable">; build(): Saga };
}

export function saga<P extends TProperties>(name: string, { input, ...head }: Head & { input: P }) {
	type Input = Static<TObject<P>>;
	return {
		key(key: (input: Input) => string): Chains<unknown, Input>["undoable"] {
			return chain({ ...head, name, input: closed(Type.Object(input)), key, steps: [] }) as never;
		},
	};
}

function chain(saga: Saga) {
	const add =
		(kind: Step["kind"]) =>
		(name: string, action: Action, params: Step["params"], options: Options = {}) =>
			chain({ ...saga, steps: [...saga.steps, { name, kind, action, params, ...options }] });
	return {
		read: add("read"),
		step: add("step"),
		pivot: add("pivot"),
		retriable: add("retriable"),
		undo(name: string, action: Action, params: Undo["params"]): unknown {
			const step = { ...saga.steps.at(-1), undo: { name, action, params } };
			return chain({ ...saga, steps: saga.steps.with(-1, step as Step) });
		},
		build() {
			const names = saga.steps.flatMap(({ name, undo }) => (undo ? [name, undo.name] : [name]));
			if (new Set(names).size < names.length)
				throw new TypeError(`Saga ${saga.name} uses a name twice: ${names.join(", ")}`);
			return saga;
		},
	};
}

/** Params that are fields of the state, under the same names. */
export const only =
	<const K extends string>(...fields: K[]) =>
	<S extends Record<K, unknown>>(state: S): Pick<S, K> =>
		Object.fromEntries(fields.map((field) => [field, state[field]])) as Pick<S, K>;

/** The same for a list of fields with its types; one that is absent stays absent. */
export const all =
	<P extends TProperties>(fields: P) =>
	(state: Static<TObject<P>>): Static<TObject<P>> =>
		Object.fromEntries(
			Object.entries(state).filter(([name, value]) => name in fields && value !== undefined),
		) as Static<TObject<P>>;
