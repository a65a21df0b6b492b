import { env } from "./env.ts";

/** What a newcomer needs, in one block: where it is, who may enter, what to try first. */
export function welcome(port: number): string {
	const at = `${env.tls_cert_file ? "https" : "http"}://localhost:${port}`;
	if (!env.demo) return `Comptoir is ready at ${at}`;
	return `
  Comptoir is ready   ${at}   ·   API ${at}/docs

  users   admin / admin · user@example.com / password · maison_mere, logistique, gerant_1, caissier_1, … / comptoir-demo
  keys    admin-key-12345 · frontend-key-67890 · pos-test-automation-dev-key-2025 (no quota)

  1. Log in as a customer, and keep the token:

     TOKEN=$(curl -s ${at}/api/v1/auth/login -H 'Content-Type: application/json' \\
       -d '{"username":"user@example.com","password":"password"}' | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')

  2. Order two bottles and a backpack, and wait for the outcome:

     curl -si "${at}/api/v1/orders?wait=true" -H 'X-API-Key: frontend-key-67890' -H "Authorization: Bearer $TOKEN" \\
       -H 'Content-Type: application/json' -H "Idempotency-Key: first-order-$RANDOM" \\
       -d '{"products":[{"product_id":1,"quantity":2},{"product_id":5,"quantity":1}],"shipping_address":"123 Main St, Montreal","payment_method":"credit_card"}'

  3. See its saga, step by step (put its saga_id in the place of …):

     curl -s ${at}/api/v1/sagas/… -H 'X-API-Key: frontend-key-67890' -H "Authorization: Bearer $TOKEN"

  Ctrl-C finishes what has begun, and stops.
`;
}
