import { refusal } from "./refusal.ts";

export const keyReused = refusal("IDEMPOTENCY_KEY_REUSED", 409, {
	fr: "Cette clé d'idempotence a déjà servi à une autre requête",
	en: "This idempotency key has already been used for another request",
});
export const keyInProgress = refusal("IDEMPOTENCY_KEY_IN_PROGRESS", 409, {
	fr: "La première requête de cette clé d'idempotence n'est pas terminée",
	en: "The first request with this idempotency key has not ended yet",
});
