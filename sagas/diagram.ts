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
	APPROVE_CLAIM: "Acceptation de la réclamation",
	REFUND: "Remboursement",
	RETURN_STOCK: "Retour en stock",
	CLOSE_CLAIM: "Clôture de la réclamation",
};

/** What is said of a fact where people read a story; one without a word has its state's. */
export const FACT_LABELS: Readonly<Record<string, string>> = {
	"claims.submitted": "Réclamation déposée",
	"claims.review_started": "Examen commencé",
	"claims.approved": "Réclamation acceptée",
	"payments.refund_requested": "Remboursement demandé",
	"payments.refunded": "Remboursement fait",
	"payments.refund_refused": "Remboursement refusé",
	"payments.refund_reversed": "Remboursement repris",
	"payments.refund_stands": "Remboursement impossible à reprendre",
	"inventory.adjusted": "Stock ajusté",
	"inventory.return_refused": "Retour en stock refusé",
	"inventory.reservation_refused": "Stock insuffisant",
	"inventory.released": "Stock libéré",
	"payments.declined": "Paiement refusé",
	"orders.cancelled": "Commande annulée",
	"claims.closed": "Réclamation close",
	"claims.compensated": "Réclamation annulée",
	"claims.review_needed": "Une personne doit décider",
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
