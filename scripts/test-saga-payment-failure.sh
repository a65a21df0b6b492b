#!/usr/bin/env bash
# A declined card: the order is cancelled and its stock goes back. ./test-saga-payment-failure.sh [URL]
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"

login admin admin
admin=$TOKEN
trap 'TOKEN=$admin; ask POST /admin/reset-failure-config; rm -f "$answer_headers"' EXIT
before=$(units 9 online)
ask POST /admin/configure-failure '{"failure_rate":100,"failure_amounts":[99.99]}'
is 'simulator told to decline 99.99' "$STATUS" 200

login user@example.com password
buy() {
	ask POST /api/saga/start \
		"{\"user\":\"John\",\"cart\":[{\"location\":\"online\",\"product_id\":$1,\"quantity\":1}]}"
}
buy 9
is 'status of the answer' "$STATUS" 402
is 'message' "$(of it.message)" 'Échec de la commande (checkout)'

ask GET "/api/v1/sagas/$(of it.saga_id)"
is 'state of the saga' "$(of it.status)" COMPENSATED
is 'step that failed' "$(of 'it.steps.find((one) => one.status === "FAILED").step')" PROCESS_PAYMENT
is 'compensations' "$(of 'it.steps.flatMap((one) => one.compensation?.step ?? []).join(" ")')" \
	'RELEASE_STOCK CANCEL_ORDER'
order=$(of it.order_id)
ask GET "/api/v1/orders/$order"
is 'state of the order' "$(of it.status)" CANCELLED

buy 8
is '159.99 passes meanwhile' "$(of it.message)" 'Commande confirmée'

TOKEN=$admin
is 'books left' "$(units 9 online)" "$before"
finish 'nothing is owed, and nothing is missing'
