import { describe, expect, test } from "@jest/globals";
import { diagram, LABELS, statesOf, transitionsOf } from "../../../sagas/diagram.ts";
import { orderCancellation } from "../../../sagas/order-cancellation.saga.ts";
import { orderProcessing } from "../../../sagas/order-processing.saga.ts";
import type { Saga } from "../../../sagas/saga.ts";
import { BUDGET_MS } from "../../../services/saga/draft.ts";
import { isOver, legOf, pending } from "../../../services/saga/state.ts";
import { type Game, play } from "../../support/play.ts";
import { shopping } from "../../support/shop.saga.ts";

const TRANSITIONS = [
	"PENDING→STOCK_CHECKING",
	"STOCK_CHECKING→STOCK_RESERVED",
	"STOCK_RESERVED→ORDER_CREATED",
	"ORDER_CREATED→PAYMENT_PROCESSING",
	"PAYMENT_PROCESSING→PAYMENT_COMPLETED",
	"PAYMENT_COMPLETED→COMPLETED",
	"STOCK_CHECKING→COMPENSATING",
	"STOCK_RESERVED→COMPENSATING",
	"ORDER_CREATED→COMPENSATING",
	"PAYMENT_PROCESSING→COMPENSATING",
	"PAYMENT_COMPLETED→COMPENSATING",
	"COMPENSATING→COMPENSATED",
	"COMPENSATING→FAILED",
	"FAILED→COMPENSATING",
];
const INPUTS = {
	"order-processing": { order_id: "ord_1", customer_id: "1", lines: [], payment_method: "cash" },
	"order-cancellation": { order_id: "ord_1" },
	shopping: { id: "x" },
};
const reply = { id: "pay_1", total_cents: 1, n: 1 };

const isAsking = ({ state }: Game) => {
	const waiting = pending(state);
	return waiting !== null && legOf(waiting).status === "CALLING";
};
/** What may happen next to any live saga. */
const MOVES: Record<string, (game: Game) => unknown> = {
	ok: (game) => isAsking(game) && game.ok(reply),
	refuses: (game) => isAsking(game) && game.refuses("WRONG_STATE"),
	lost: (game) => isAsking(game) && game.later(BUDGET_MS).lost(),
	absent: (game) => isAsking(game) && game.later(BUDGET_MS).nobody(),
	due: (game) => game.due(),
	cancel: (game) => game.says("cancel"),
	pause: (game) => game.says("pause"),
	resume: (game) => game.says("resume"),
};
const DEPTH = 3;

/** From each place on either path, everything that may happen: the transitions that are shown. */
function transitionsSeen(saga: Saga) {
	const seen = new Set<string>();
	let runs = 0;
	function explore(moves: string[], left: number, admit: boolean) {
		runs++;
		const game = play(saga, INPUTS[saga.name as keyof typeof INPUTS], { admit });
		for (const move of moves) MOVES[move]?.(game);
		for (const [n, to] of game.passed.entries()) if (n > 0) seen.add(`${game.passed[n - 1]}→${to}`);
		if (isOver(game.state) || left === 0) return;
		for (const move of Object.keys(MOVES)) explore([...moves, move], left - 1, admit);
	}
	explore([], DEPTH, false);
	for (const [n] of saga.steps.entries()) {
		const oks = Array<string>(n).fill("ok");
		explore(oks, DEPTH, true);
		explore([...oks, "refuses"], DEPTH, true);
	}
	return { seen, runs };
}

describe("the states that the outside sees", () => {
	test("SAG-05 are passed by the transitions of the list, by all of them, and by no other", () => {
		const { seen, runs } = transitionsSeen(orderProcessing);
		expect(runs).toBeGreaterThan(4_000);
		expect([...seen].sort()).toEqual([...TRANSITIONS].sort());
		const declared = transitionsOf(orderProcessing).map((pair) => pair.join("→"));
		expect(declared.sort()).toEqual([...TRANSITIONS].sort());
	});
	test.each([orderCancellation, shopping])("SAG-05 are those declared, for $name", (saga) => {
		const declared = transitionsOf(saga).map((pair) => pair.join("→"));
		const { seen } = transitionsSeen(saga);
		expect([...seen].filter((one) => !declared.includes(one))).toEqual([]);
	});
	test("SAG-04 SAG-06 have these names and labels", () => {
		expect(LABELS).toEqual({
			PENDING: "Saga créée",
			STOCK_CHECKING: "Vérification stock",
			STOCK_RESERVED: "Stock disponible",
			ORDER_CREATED: "Commande créée",
			PAYMENT_PROCESSING: "Traitement paiement",
			PAYMENT_COMPLETED: "Paiement réussi",
			COMPLETED: "Succès",
			COMPENSATING: "Échec",
			COMPENSATED: "Compensations OK",
			FAILED: "Échec critique",
		});
		const shown = [...statesOf(orderProcessing), "COMPENSATING", "COMPENSATED", "FAILED"];
		expect(shown.sort()).toEqual(Object.keys(LABELS).sort());
	});
	test("SAG-31 are drawn from the definition, each arrow with its label", () => {
		const lines = diagram(orderProcessing).split("\n");
		expect(lines[0]).toBe("stateDiagram-v2");
		const arrows = lines.slice(2, -2).map((line) => /^\t(\w+) --> (\w+): (.+)$/.exec(line) ?? []);
		expect(arrows.map(([, from, to]) => `${from}→${to}`).sort()).toEqual([...TRANSITIONS].sort());
		expect(arrows.every(([, , to = "", label]) => LABELS[to] === label)).toBe(true);
	});
});
