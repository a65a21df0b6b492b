/** What fills the holes of a template. `…_cents` are shown as dollars. */
export type Filling = Readonly<Record<string, unknown>>;

interface Words {
	readonly title: string;
	readonly text: string;
}

/** Each text in both languages: French first, as the law asks. */
export const TEMPLATES = {
	message: {
		fr: { title: "{title}", text: "{text}" },
		en: { title: "{title}", text: "{text}" },
	},
	order_confirmed: {
		fr: { title: "Commande {order_no} confirmée", text: "Merci ! Total payé : {total_cents}." },
		en: { title: "Order {order_no} confirmed", text: "Thank you! Total paid: {total_cents}." },
	},
	order_failed: {
		fr: { title: "Commande non conclue", text: "{message}. Rien ne vous est facturé." },
		en: { title: "Order not completed", text: "{message}. You are charged nothing." },
	},
	order_cancelled: {
		fr: { title: "Commande {order_no} annulée", text: "{total_cents} vous sont remboursés." },
		en: { title: "Order {order_no} cancelled", text: "{total_cents} are refunded to you." },
	},
	order_shipped: {
		fr: { title: "Votre commande est en route", text: "Transporteur : {carrier} {tracking_no}" },
		en: { title: "Your order is on its way", text: "Carrier: {carrier} {tracking_no}" },
	},
	order_delivered: {
		fr: { title: "Votre commande est livrée", text: "Bonne réception !" },
		en: { title: "Your order has been delivered", text: "Enjoy!" },
	},
	claim_submitted: {
		fr: { title: "Réclamation {claim_no} reçue", text: "Nous l'étudions." },
		en: { title: "Claim {claim_no} received", text: "We are looking into it." },
	},
	claim_review_started: {
		fr: { title: "Réclamation {claim_no} à l'étude", text: "Une personne s'en occupe." },
		en: { title: "Claim {claim_no} under review", text: "Somebody is taking care of it." },
	},
	claim_approved: {
		fr: { title: "Réclamation {claim_no} acceptée", text: "Le remboursement suit." },
		en: { title: "Claim {claim_no} approved", text: "The refund follows." },
	},
	claim_rejected: {
		fr: { title: "Réclamation {claim_no} refusée", text: "Motif : {reason}" },
		en: { title: "Claim {claim_no} rejected", text: "Reason: {reason}" },
	},
	claim_refund_pending: {
		fr: { title: "Réclamation {claim_no} : remboursement demandé", text: "{amount_cents}" },
		en: { title: "Claim {claim_no}: refund requested", text: "{amount_cents}" },
	},
	claim_refund_made: {
		fr: {
			title: "Réclamation {claim_no} : remboursement fait",
			text: "{amount_cents} vous reviennent.",
		},
		en: { title: "Claim {claim_no}: refund made", text: "{amount_cents} come back to you." },
	},
	claim_stock_adjusted: {
		fr: { title: "Réclamation {claim_no} : article traité", text: "Le retour est enregistré." },
		en: { title: "Claim {claim_no}: item handled", text: "The return is recorded." },
	},
	claim_closed: {
		fr: { title: "Réclamation {claim_no} close", text: "Merci de votre patience. {reason}" },
		en: { title: "Claim {claim_no} closed", text: "Thank you for your patience. {reason}" },
	},
	claim_compensating: {
		fr: { title: "Réclamation {claim_no} : une étape a échoué", text: "{reason}" },
		en: { title: "Claim {claim_no}: a step has failed", text: "{reason}" },
	},
	claim_compensated: {
		fr: {
			title: "Réclamation {claim_no} annulée",
			text: "Le remboursement a été repris. {reason}",
		},
		en: { title: "Claim {claim_no} undone", text: "The refund has been taken back. {reason}" },
	},
	claim_review_needed: {
		fr: { title: "Réclamation {claim_no} confiée à une personne", text: "Nous vous écrirons." },
		en: { title: "Claim {claim_no} handed to a person", text: "We will write to you." },
	},
	stock_alert: {
		fr: {
			title: "Stock : {kind_fr}",
			text: "Produit {product_id}, lieu {location_id} : {level} (seuil {threshold})",
		},
		en: {
			title: "Stock: {kind}",
			text: "Product {product_id}, location {location_id}: {level} (threshold {threshold})",
		},
	},
	saga_blocked: {
		fr: { title: "Saga {saga_id} bloquée", text: "{name}, état {state}" },
		en: { title: "Saga {saga_id} blocked", text: "{name}, state {state}" },
	},
} as const satisfies Record<string, Record<"fr" | "en", Words>>;
export type Template = keyof typeof TEMPLATES;

export const isTemplate = (name: string): name is Template => Object.hasOwn(TEMPLATES, name);

const DOLLARS = {
	fr: new Intl.NumberFormat("fr-CA", { style: "currency", currency: "CAD" }),
	en: new Intl.NumberFormat("en-CA", { style: "currency", currency: "CAD" }),
};

/** The words of a template; a hole that nothing fills stays empty. */
export function said(template: Template, filling: Filling, locale: "fr" | "en"): Words {
	const { title, text } = TEMPLATES[template][locale];
	const fill = (words: string) =>
		words
			.replaceAll(/\{(\w+)\}/g, (_, hole: string) => shownAs(hole, filling[hole], locale))
			.trim();
	return { title: fill(title), text: fill(text) };
}

function shownAs(hole: string, value: unknown, locale: "fr" | "en"): string {
	if (value === undefined || value === null) return "";
	return hole.endsWith("_cents") ? DOLLARS[locale].format(Number(value) / 100) : String(value);
}
