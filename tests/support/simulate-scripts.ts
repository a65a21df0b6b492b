import { orderCancellation } from "../../sagas/order-cancellation.saga.ts";
import { orderProcessing } from "../../sagas/order-processing.saga.ts";
import type { Saga } from "../../sagas/saga.ts";
import type { Setting } from "./simulate.ts";
import { customer, operator } from "./simulate-actors.ts";
import type { Order } from "./simulate-books.ts";
import type { Fate, Fault } from "./simulate-network.ts";

export interface Script {
	readonly title: string;
	readonly orders: readonly Order[];
	readonly setting: Setting;
}

const ORDER = "ord_1";
/** Longer than any budget: what is begun is given up, or shown as blocked. */
const OUTAGE_MS = 8_000;
const FATES: [title: string, fate: Fate, Partial<Fault>][] = [
	["is refused", "refuse", { times: 1 }],
	["is lost once before it is done", "lost_before", { times: 1 }],
	["is lost once after it is done", "lost_after", { times: 1 }],
	["is lost before it is done", "lost_before", { for_ms: OUTAGE_MS }],
	["is lost after it is done", "lost_after", { for_ms: OUTAGE_MS }],
	["finds nobody once", "nobody", { times: 1 }],
	["finds nobody", "nobody", { for_ms: OUTAGE_MS }],
	["arrives late", "late", { for_ms: OUTAGE_MS }],
	["arrives twice, refused at first", "twice", { times: 1 }],
];
/** What makes a definition turn as late as it can, so that all its undos run. */
const TURNS: Record<string, Fault> = {
	"order-processing": { step: "CONFIRM_ORDER", direction: "do", fate: "refuse", times: 1 },
	"order-cancellation": { step: "REFUND_ORDER", direction: "do", fate: "refuse", times: 1 },
};
const MOMENTS_MS = [0, 5, 12, 20, 30, 40, 50, 70];

export function fatesOf(faults: readonly Fault[]): Setting["fateOf"] {
	return ({ step, direction }, nth, elapsed_ms) => {
		const hit = faults.find(
			(one) =>
				one.step === step &&
				one.direction === direction &&
				nth <= (one.times ?? Number.POSITIVE_INFINITY) &&
				elapsed_ms < (one.for_ms ?? Number.POSITIVE_INFINITY),
		);
		return hit?.fate ?? "ok";
	};
}

type Told = [op: Parameters<typeof operator>[0], at_ms: number][];

function script(saga: Saga, title: string, faults: Fault[], told: Told = []): Script {
	const orders = [{ order_id: ORDER, isConfirmed: saga === orderCancellation }];
	const actors = [
		{ actor: customer(saga, ORDER), at_ms: 0 },
		...told.map(([op, at_ms]) => ({ actor: operator(op, ORDER), at_ms })),
	];
	return {
		title: `${saga.name}: ${title}`,
		orders,
		setting: { orders, actors, fateOf: fatesOf(faults) },
	};
}

/** Actors remember whom they have offered: each run has its own. */
export const SCRIPTS: (() => Script)[] = [orderProcessing, orderCancellation].flatMap((saga) => {
	const turn = TURNS[saga.name] as Fault;
	const dos = saga.steps.flatMap(({ name: step }) =>
		FATES.map(
			([title, fate, over]) =>
				() =>
					script(saga, `${step} ${title}`, [{ step, direction: "do", fate, ...over }]),
		),
	);
	const unheard = saga.steps.map(({ name: step }) => () => {
		const done: Fault = { step, direction: "do", fate: "lost_after", times: 1 };
		const gone: Fault = { step, direction: "do", fate: "nobody", for_ms: OUTAGE_MS };
		return script(saga, `${step} is done, unheard, then finds nobody`, [done, gone]);
	});
	const undos = saga.steps
		.filter(({ undo }) => undo)
		.flatMap(({ name: step, undo }) =>
			FATES.map(
				([title, fate, over]) =>
					() =>
						script(saga, `${undo?.name} ${title}`, [
							turn,
							{ step, direction: "undo", fate, ...over },
						]),
			),
		);
	const told = MOMENTS_MS.flatMap((at_ms) => [
		() => script(saga, `cancelled at ${at_ms}`, [], [["cancel", at_ms]]),
		() =>
			script(
				saga,
				`paused at ${at_ms}`,
				[],
				[
					["pause", at_ms],
					["resume", at_ms + 3_000],
				],
			),
		() =>
			script(
				saga,
				`paused at ${at_ms}, turning`,
				[turn],
				[
					["pause", at_ms],
					["resume", 9_000],
				],
			),
	]);
	return [
		() => script(saga, "all goes well", []),
		() => script(saga, "turns", [turn]),
		...unheard,
		...dos,
		...undos,
		...told,
	];
});
