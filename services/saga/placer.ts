import type { Context } from "moleculer";
import { env } from "../../config/env.ts";
import { type Mixin, mixin } from "../../lib/service.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import { orderChoreographed } from "../../sagas/order-choreographed.choreography.ts";
import { orderProcessing } from "../../sagas/order-processing.saga.ts";
import { type OrderMode, orders } from "../orders/orders.contract.ts";
import { type Begun, begin, type Request } from "./begin.ts";
import { digestOf } from "./definitions.ts";
import type { Answer } from "./dispatch.ts";
import { BUDGET_MS, TIMEOUT_MS } from "./draft.ts";
import type { Run } from "./journal.ts";
import type { orchestrator } from "./orchestrator.ts";
import { unplacedOf } from "./reads.ts";
import { saleUnavailable } from "./saga.contract.ts";
import type { State } from "./state.ts";
import { isTriedOnce, tryAgain } from "./stories.store.ts";
import type { watcher } from "./story-watcher.ts";

const STEP = "CREATE_ORDER";
const LEFT_MS = 2 * BUDGET_MS; // whoever asked for it is still at it before

/**
 * Gives the service `this.place`: starts what makes an order of a request, led by the orchestrator
 * or by nobody. The latter is written down first, then placed by the same name however often it
 * is tried: so one that a crash leaves between the two is placed by `this.placeLeft`.
 */
export const placer = mixin<Placer, Needs>({
	created() {
		const place = ({ head, state: { input } }: Pick<Run, "head" | "state">): Promise<Answer> =>
			this.dispatch(head, {
				step: STEP,
				direction: "do",
				kind: "step",
				attempt: 1,
				action: orders.place.action,
				params: { ...input, saga_id: head.saga_id },
				timeout_ms: TIMEOUT_MS,
				budget_until: Date.now() + BUDGET_MS,
			});

		const refuse = async (saga_id: string, why: NonNullable<Answer["error"]>, isKnown: Known) => {
			const isRefused = await this.db.write(
				async (tx) => (await isKnown(tx, saga_id)) && this.refuseObserved(tx, saga_id, STEP, why),
			);
			return isRefused ? (await this.journal.load(saga_id))?.state : undefined;
		};

		/** Known not to have begun, it never will: then answers its end. */
		const tried = async (run: Run, isFirst: boolean): Promise<State | undefined> => {
			const { saga_id } = run.head;
			if (!isFirst && !(await this.db.write((tx) => tryAgain(tx, saga_id)))) return undefined;
			const { outcome, error } = await place(run);
			if (outcome === "REJECTED" && error) return refuse(saga_id, error, async () => true);
			// That nobody has it is known only of what nobody else has tried meanwhile.
			return outcome === "RETRYABLE" && isFirst ? refuse(saga_id, NOBODY, isTriedOnce) : undefined;
		};

		this.place = async (ctx, request) => {
			const { saga: mode = env.order_saga } = ctx.params as { saga?: OrderMode };
			if (mode !== "choreographed") return this.begin(ctx, orderProcessing, request);
			let opened = "";
			const begun = await begin(this, ctx, orderProcessing, request, {
				head: UNLED,
				/** Which card pays, the payments know by the order: nobody else is told. */
				start: async (head, { payment_token: _, ...input }) => {
					const isNew = await this.db.write((tx) => this.openObserved(tx, head, input));
					if (isNew) opened = head.saga_id;
					return isNew;
				},
			});
			const run = await this.journal.load(begun.saga_id);
			if (!run) return begun;
			if (isRefused(run.state)) return { ...begun, ended: Promise.resolve(run.state) };
			if (!isUnplaced(run)) return begun;
			const refused = await tried(run, opened === begun.saga_id);
			return refused ? { ...begun, ended: Promise.resolve(refused) } : begun;
		};

		this.placeLeft = async () => {
			const left = await this.db.read((db) => unplacedOf(db, Date.now() - LEFT_MS));
			for (const saga_id of left) {
				const run = await this.journal.load(saga_id);
				if (run && isUnplaced(run)) await tried(run, false);
			}
			return left.length;
		};
	},
});

const { name, version } = orderChoreographed;
const UNLED = { kind: "choreographed", name, version, hash: digestOf(orderChoreographed) } as const;

const { code: type, entry } = saleUnavailable;
const NOBODY = { type, code: entry.status, message: entry.en };

const isUnplaced = ({ head, state }: Run) =>
	head.kind === "choreographed" && state.status === "PENDING";
/** What is refused before anything was told is refused to whoever asks, who need not wait for it. */
const isRefused = ({ status, steps }: State) =>
	status === "COMPENSATED" && steps[0]?.step === STEP && steps[0].do.status === "REJECTED";

type Known = (tx: Tx, saga_id: string) => Promise<boolean>;
type Added<M> = M extends Mixin<infer Adds, infer _> ? Adds : never;
type Needs = { db: Database } & Added<typeof orchestrator> & Added<typeof watcher>;
interface Placer {
	place(ctx: Context, request: Request): Promise<Begun>;
	/** Places what a crash has left unplaced, and says how much that was. */
	placeLeft(): Promise<number>;
}
