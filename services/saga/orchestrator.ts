import type { Context } from "moleculer";
import type { ActionSchema } from "../../lib/contract.ts";
import type { Fact } from "../../lib/fact.ts";
import { mixin } from "../../lib/service.ts";
import { checker } from "../../lib/validator.ts";
import type { Database, Tx } from "../../mixins/database.mixin.ts";
import type { Cause } from "../../mixins/delivery/cause.ts";
import type { Saga } from "../../sagas/saga.ts";
import { orders } from "../orders/orders.contract.ts";
import { type Begun, begin, type Request } from "./begin.ts";
import { byVersion, DEFINITIONS, hashOf, schemasOf } from "./definitions.ts";
import { type Dispatcher, dispatcher } from "./dispatch.ts";
import { type Engine, engine } from "./engine.ts";
import { causedBy, factsOf } from "./facts.ts";
import type { Clock } from "./gate.ts";
import type { Journal, Write } from "./journal.ts";
import { measured } from "./measured.ts";
import { counted } from "./metrics.ts";
import { recovery } from "./recovery.ts";
import { pinDefinitions } from "./saga.store.ts";
import { type Tenure, tenure } from "./tenure.ts";
import { transitionLog } from "./transition-log.ts";
import { journal } from "./write.ts";

/** Gives the service `this.engine`, and `this.begin`, which starts a saga at most once a request. */
export const orchestrator = mixin<Orchestrator, Needs>({
	created() {
		const warn = (text: string, error: unknown) => this.logger.warn(text, error as object);
		const log = transitionLog(this.logger);
		const definition = byVersion(DEFINITIONS);
		this.schemas = schemasOf(DEFINITIONS).set(orders.place.action, orders.place.schema);
		this.hashes = new Map(DEFINITIONS.map((saga) => [saga, hashOf(saga)]));
		this.faultsOf = new Map(DEFINITIONS.map((saga) => [saga, checker(saga.input)]));
		const says = async (tx: Tx, write: Write) => {
			for (const fact of factsOf(write)) await this.announce(tx, fact, causedBy(write));
		};
		this.journal = measured(journal(this.db, () => this.tenure.held(), says));
		this.dispatch = dispatcher(
			this.broker,
			this.schemas,
			clock,
			() => void this.recovery.unblock(),
		);
		this.engine = engine({
			journal: this.journal,
			dispatch: this.dispatch,
			clock,
			definition,
			seen(run, event, decision) {
				counted(run, event, decision);
				log(run, event, decision);
			},
			fenced: () => this.tenure.fenced(),
			mayCall: () => this.tenure.isSure(),
			warn,
		});
		this.recovery = recovery({ journal: this.journal, engine: this.engine, clock }, warn);
		this.tenure = tenure(this.db, {
			gained: this.recovery.catchUp,
			lost: this.engine.stop,
			regained: this.engine.resume,
			warn,
		});
		this.takeOver = async () => {
			await this.db.write((tx) => pinDefinitions(tx, DEFINITIONS));
			await this.tenure.start();
		};
		this.begin = (ctx, saga, request) => begin(this, ctx, saga, request);
	},

	async started() {
		await this.takeOver();
		this.broker.localBus.once("$broker.started", () => void this.recovery.poll());
	},

	async stopped() {
		this.recovery.stop();
		await this.engine.stop();
		await this.tenure.stop();
	},
});

const clock: Clock = {
	now: Date.now,
	random: Math.random,
	later(ms, ring) {
		const timer = setTimeout(ring, ms);
		return () => clearTimeout(timer);
	},
};

interface Needs {
	db: Database;
	announce(tx: Tx, fact: Fact, cause?: Cause): Promise<void>;
}
export interface Orchestrator {
	engine: Engine;
	dispatch: Dispatcher;
	journal: Journal;
	schemas: ReadonlyMap<string, ActionSchema>;
	hashes: ReadonlyMap<Saga, string>;
	faultsOf: ReadonlyMap<Saga, ReturnType<typeof checker>>;
	recovery: ReturnType<typeof recovery>;
	tenure: Tenure;
	takeOver(): Promise<void>;
	begin(ctx: Context, saga: Saga, request: Request): Promise<Begun>;
}
