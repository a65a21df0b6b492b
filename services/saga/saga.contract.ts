import Type, { type Static, type TProperties } from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import {
	CardNumber,
	Id,
	Instant,
	Place,
	pageOf,
	paging,
	Quantity,
	Text,
} from "../../lib/fields.ts";
import { keyReused } from "../../lib/idempotency.ts";
import { letterEntries } from "../../lib/letters.ts";
import { Amount } from "../../lib/money.ts";
import { refusal } from "../../lib/refusal.ts";
import { wrongState } from "../../lib/state.ts";
import { cartEmpty, unknownCart } from "../carts/carts.contract.ts";
import { unknownProduct } from "../catalog/catalog.contract.ts";
import { unknownCustomer } from "../customers/customers.contract.ts";
import { outOfStock } from "../inventory/inventory.contract.ts";
import {
	OrderMode,
	Placed,
	placing,
	provinceNotServed,
	totalChanged,
	Wanted,
} from "../orders/orders.contract.ts";
import { paymentDeclined } from "../payments/payments.contract.ts";
import { unknownLocation } from "../stores/stores.contract.ts";

export const sagaNotFound = refusal("SAGA_NOT_FOUND", 404, {
	fr: "Saga {id} introuvable",
	en: "Saga {id} not found",
});
export const sagaBusy = refusal("SAGA_BUSY", 503, {
	fr: "Trop de demandes en cours, réessayez dans un instant",
	en: "Too many requests are under way, try again in a moment",
});
export const sagaPastPivot = refusal("SAGA_PAST_PIVOT", 409, {
	fr: "Trop tard pour défaire cette saga : {reversed_by} l'annule",
	en: "This saga can no longer be undone: {reversed_by} reverses it",
});
export const sagaObserved = refusal("SAGA_OBSERVED", 409, {
	fr: "Personne ne conduit cette saga : chaque service y réagit, elle ne prend pas d'ordres",
	en: "Nobody drives this saga: each service reacts by itself, so it takes no commands",
});
export const saleUnavailable = refusal("SALE_UNAVAILABLE", 503, {
	fr: "Erreur vente",
	en: "Sale error",
});
export const sagaBlocked = refusal("SAGA_BLOCKED", 503, {
	fr: "La demande est retenue : un opérateur est prévenu",
	en: "The request is held up: an operator has been told",
});
export const sagaCancelled = refusal("SAGA_CANCELLED", 409, {
	fr: "La demande a été annulée",
	en: "The request has been cancelled",
});
const outcomes = [
	outOfStock,
	unknownCustomer,
	unknownProduct,
	unknownLocation,
	totalChanged,
	provinceNotServed,
	paymentDeclined,
	saleUnavailable,
	sagaBlocked,
	sagaCancelled,
	sagaBusy,
	keyReused,
	cartEmpty,
	unknownCart,
];

const SagaState = Type.Enum([
	"PENDING",
	"STOCK_CHECKING",
	"STOCK_RESERVED",
	"ORDER_CREATED",
	"PAYMENT_PROCESSING",
	"PAYMENT_COMPLETED",
	"COMPLETED",
	"COMPENSATING",
	"COMPENSATED",
	"FAILED",
]);

/** Choreographed: nobody drives it, it is only watched. */
const Kind = Type.Enum(["orchestrated", "choreographed"]);

const Compensation = Type.Object({
	step: Type.String(),
	status: Type.String(),
	attempts: Type.Integer(),
	duration: Type.Optional(Type.Number({ description: "seconds" })),
});
const StepView = Type.Object({
	step: Type.String(),
	label: Type.String(),
	status: Type.Enum(["SUCCESS", "FAILED", "RUNNING", "WAITING"]),
	attempts: Type.Integer(),
	started_at: Instant,
	duration: Type.Optional(Type.Number({ description: "seconds" })),
	error: Type.Optional(Type.String()),
	compensation: Type.Optional(Compensation),
});
const Failure = Type.Object({
	step: Type.String(),
	code: Type.String(),
	message: Type.String(),
});
export const SagaView = Type.Object({
	saga_id: Id,
	name: Type.String(),
	kind: Kind,
	status: SagaState,
	message: Type.Optional(Type.String()),
	error: Type.Optional(Failure),
	blocked: Type.Boolean(),
	paused: Type.Boolean(),
	exceptions: Type.Integer({ description: "how often an operator vouched for an outcome" }),
	order_id: Type.Optional(Id),
	claim_id: Type.Optional(Id),
	customer_id: Type.Optional(Id),
	created_at: Instant,
	updated_at: Instant,
	finished_at: Type.Optional(Instant),
	duration: Type.Number({ description: "seconds" }),
	steps: Type.Array(StepView),
	history: Type.Array(
		Type.Object({
			seq: Type.Integer(),
			at: Instant,
			state: SagaState,
			label: Type.String(),
			/** Of a choreography: the fact by which it came there, and who it comes from. */
			event: Type.Optional(Type.String()),
			actor: Type.Optional(Type.String()),
		}),
	),
});
export type SagaView = Static<typeof SagaView>;
const { steps: _, history: __, ...brief } = SagaView.properties;
export const SagaBrief = Type.Object(brief);
export type SagaBrief = Static<typeof SagaBrief>;

const wait = { wait: Type.Optional(Type.Boolean()) };
/** Who leads the order: the orchestrator, or nobody; as configured unless said. */
const led = { saga: Type.Optional(OrderMode) };
const products = Type.Array(Wanted, { minItems: 1, maxItems: 200 });
const { payment_info: _info, payment_method, ...addresses } = placing;
const WAIT_TIMEOUT_MS = 35_000; // who asks to wait may wait for 30 s
const starts = {
	roles: ["customer", "cashier", "store_manager", "admin"],
	query: ["wait"],
	status: 201,
	statuses: { 202: "Begun; `Location` is its saga. 201 is for who waits, once it has ended" },
	limit: "write",
	timeout: WAIT_TIMEOUT_MS,
	refusals: outcomes,
} as const;
const orderStarts = { ...starts, query: ["wait", "saga"] } as const;
const desks = ["cashier", "store_manager", "logistics", "head_office", "admin", "auditor"] as const;
const staff = { roles: desks, repeatable: true } as const;
const found = { roles: ["customer", ...desks], repeatable: true } as const;
const one = { ...found, key: "saga_id" } as const;
const command = <P extends TProperties>(summary: string, rest: string, params: P) =>
	action({
		summary,
		rest,
		roles: ["admin"],
		key: "saga_id",
		params: { saga_id: Id, reason: Text(500), ...params },
		returns: SagaView,
		refusals: [sagaNotFound, sagaPastPivot, sagaObserved, wrongState],
	});
const about = "saga:{saga_id}" as const;
const told = {
	saga_id: Id,
	name: Type.String(),
	business_key: Type.String(),
	state: SagaState,
	order_id: Type.Optional(Id),
	claim_id: Type.Optional(Id),
	cart_id: Type.Optional(Id),
	customer_id: Type.Optional(Id),
	message: Type.Optional(Type.String()),
	error: Type.Optional(Failure),
};
const ended = { ...told, duration: Type.Number(), steps: Type.Array(StepView) };

const SagaIds = Type.Array(Id, { maxItems: 200 });

export const sagas = contract("saga", {
	...letterEntries,
	placeOrder: action({
		summary: "Place an order: starts its saga, and waits for the outcome when asked to",
		rest: "POST /orders",
		idempotency: "required",
		...orderStarts,
		params: {
			customer_id: Type.Optional(Id),
			products: Type.Optional(products),
			cart_id: Type.Optional(Id),
			...placing,
			...wait,
			...led,
		},
		returns: Placed,
	}),
	placeCart: action({
		summary: "Place the order of a session's cart; the amount must be the cart's total",
		aliases: ["POST /api/v1/sagas/orders"],
		idempotency: "optional",
		...orderStarts,
		params: {
			session_id: Text(100),
			customer_id: Type.Optional(Id),
			...addresses,
			payment_info: Type.Object({
				amount: Type.Optional(Amount),
				card: Type.Optional(CardNumber),
			}),
			...wait,
			...led,
		},
		returns: Placed,
	}),
	process: action({
		summary: "Place an order for a customer",
		aliases: ["POST /api/v1/customers/:customer_id/order-processing"],
		idempotency: "optional",
		...orderStarts,
		params: { customer_id: Id, products, ...addresses, payment_method, ...wait, ...led },
		returns: Placed,
	}),
	buy: action({
		summary: "Sell what is in the cart, and say in a sentence what became of it",
		aliases: ["POST /api/saga/start"],
		idempotency: "optional",
		...orderStarts,
		status: 200,
		statuses: { 202: "Begun", 402: "Declined", 409: "Not enough stock", 503: "No sale for now" },
		params: {
			user: Text(100),
			cart: Type.Array(Type.Object({ location: Place, product_id: Id, quantity: Quantity }), {
				minItems: 1,
				maxItems: 200,
			}),
			...led,
		},
		returns: Type.Object({
			message: Type.String(),
			saga_id: Id,
			error: Type.Optional(Type.String()),
		}),
	}),
	cancelOrder: action({
		summary: "Cancel a confirmed order: its money and its stock go back, once",
		rest: "POST /orders/:id/cancel",
		aliases: ["DELETE /api/v1/orders/:id"],
		idempotency: "required",
		...starts,
		key: "id",
		params: { id: Id, reason: Type.Optional(Text(500)), ...wait },
		returns: Placed,
	}),

	get: action({
		summary: "A saga: its state, steps, attempts, durations and compensations",
		rest: "GET /sagas/:saga_id",
		...one,
		params: { saga_id: Id },
		returns: SagaView,
		refusals: [sagaNotFound],
	}),
	status: action({
		summary: "A saga's state",
		rest: "GET /sagas/:saga_id/status",
		...one,
		params: { saga_id: Id },
		returns: Type.Object({ saga_id: Id, status: SagaState }),
		refusals: [sagaNotFound],
	}),
	list: action({
		summary: "Sagas, the newest first",
		rest: "GET /sagas",
		...found,
		params: {
			...paging,
			status: Type.Optional(SagaState),
			name: Type.Optional(Text(60)),
			business_key: Type.Optional(Text(100)),
			order_id: Type.Optional(Id),
			claim_id: Type.Optional(Id),
		},
		returns: pageOf(SagaBrief),
	}),
	active: action({
		summary: "Sagas that have not ended",
		rest: "GET /sagas/active",
		...found,
		params: paging,
		returns: pageOf(SagaBrief),
	}),
	metrics: action({
		summary: "How many sagas there were, how they ended, and how long they took",
		rest: "GET /sagas/metrics",
		...staff,
		params: {},
		returns: Type.Object({
			total: Type.Integer(),
			active: Type.Integer(),
			blocked: Type.Integer(),
			completed: Type.Integer(),
			compensated: Type.Integer(),
			success_rate: Type.Optional(Type.Number({ description: "0 to 1, of those that ended" })),
			mean_duration: Type.Optional(Type.Number({ description: "seconds" })),
			mean_compensation_duration: Type.Optional(Type.Number({ description: "seconds" })),
			by_status: Type.Record(Type.String(), Type.Integer()),
		}),
	}),
	definitions: action({
		summary: "The definitions that run: steps, undos, states, and how many live in each version",
		rest: "GET /sagas/definitions",
		...staff,
		params: {},
		returns: Type.Object({
			items: Type.Array(
				Type.Object({
					kind: Kind,
					name: Type.String(),
					version: Type.Integer(),
					hash: Type.String(),
					live: Type.Integer(),
					steps: Type.Array(Type.Unknown()),
					diagram: Type.String({ description: "Mermaid" }),
				}),
			),
		}),
	}),
	ended: action({
		summary: "How the sagas of these orders ended; those that live or never were are left out",
		repeatable: true,
		params: { order_ids: Type.Array(Id, { maxItems: 200 }) },
		returns: Type.Object({
			items: Type.Array(Type.Object({ order_id: Id, status: SagaState })),
		}),
	}),

	live: action({
		summary: "Which of these sagas have not ended, so that what they hold is theirs",
		repeatable: true,
		params: { saga_ids: SagaIds },
		returns: Type.Object({ saga_ids: SagaIds }),
	}),

	placeLeft: action({
		summary: "Place the orders without a coordinator that a crash has left unplaced",
		timeout: 60_000,
		params: {},
		returns: Type.Object({ placed: Type.Integer() }),
	}),

	retry: command("Try again now all that waits", "POST /sagas/:saga_id/retry", {}),
	retryStep: command(
		"Try one step again now; the params of an undo may be corrected",
		"POST /sagas/:saga_id/steps/:step/retry",
		{ step: Text(60), params: Type.Optional(Type.Record(Type.String(), Type.Unknown())) },
	),
	skip: command(
		"State what is true outside about a blocked step",
		"POST /sagas/:saga_id/steps/:step/skip",
		{ step: Text(60), outcome: Type.Enum(["done", "not_done"]), evidence: Text(500) },
	),
	cancel: command("Undo what has been done", "POST /sagas/:saga_id/cancel", {}),
	compensate: command("Undo what has been done", "POST /sagas/:saga_id/compensate", {}),
	pause: command("Let nothing new leave", "POST /sagas/:saga_id/pause", {}),
	resume: command("Go on", "POST /sagas/:saga_id/resume", {}),

	started: event(told, { about }),
	turned: event(told, { about }),
	blocked: event(told, { about }),
	commanded: event(
		{ ...told, op: Type.String(), actor: Type.String(), reason: Type.String() },
		{ about },
	),
	completed: event(ended, { about }),
	compensated: event(ended, { about }),
});
