import type { Saga } from "./saga.ts";

/** The states shown outside, with what is said when each is entered. */
export const LABELS: Readonly<Record<string, string>> = {
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
};

/** What a step is called where people read: by its name, if it has no other. */
export const STEP_LABELS: Readonly<Record<string, string>> = {
	CHECK_STOCK: "Vérification de Stock",
	RESERVE_STOCK: "Réservation de Stock",
	CREATE_ORDER: "Création de la commande",
	PROCESS_PAYMENT: "Paiement",
	CONFIRM_ORDER: "Confirmation ou annulation de stock",
	LOCK_ORDER: "Verrouillage de la commande",
	REFUND_ORDER: "Remboursement",
	RESTORE_STOCK: "Remise en stock",
	CLOSE_ORDER: "Annulation de la commande",
};

/** The public states of a definition, in the order in which it reaches them. */
export const statesOf = ({ steps }: Saga): string[] => [
	"PENDING",
	...steps.flatMap(({ doing, done }) => [doing, done].filter((state) => state !== undefined)),
	"COMPLETED",
];

/** Every transition between public states that a definition allows, and no other. */
export function transitionsOf(saga: Saga): [from: string, to: string][] {
	const states = statesOf(saga);
	const forward = states
		.slice(1)
		.map((to, index): [string, string] => [states[index] as string, to]);
	const beforeEnd = states.slice(1, -1);
	const first = beforeEnd.length > 0 ? beforeEnd : ["PENDING"];
	return [
		...forward,
		...first.map((from): [string, string] => [from, "COMPENSATING"]),
		["COMPENSATING", "COMPENSATED"],
		["COMPENSATING", "FAILED"],
		["FAILED", "COMPENSATING"],
	];
}

/** The state diagram of a definition, in Mermaid. */
export function diagram(saga: Saga): string {
	const arrows = transitionsOf(saga).map(
		([from, to]) => `\t${from} --> ${to}: ${LABELS[to] ?? to}`,
	);
	return [
		"stateDiagram-v2",
		"\t[*] --> PENDING",
		...arrows,
		"\tCOMPLETED --> [*]",
		"\tCOMPENSATED --> [*]",
	].join("\n");
}
