#!/usr/bin/env bash
# Out of stock: product 2 at "Magasin 1", of which there is none. ./test-saga-stock-failure.sh [URL]
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"

login user@example.com password
ask POST /api/saga/start \
	'{"user":"John","cart":[{"location":"Magasin 1","product_id":2,"quantity":1}]}'
is 'status of the answer' "$STATUS" 409
is 'message' "$(of it.message)" 'Stock insuffisant'
is 'error' "$(of it.error)" '{"message":"Stock insuffisant (0 disponibles)."}'

ask GET "/api/v1/sagas/$(of it.saga_id)"
is 'state of the saga' "$(of it.status)" COMPENSATED
is 'step that failed' "$(of 'it.steps.at(-1).step + " " + it.steps.at(-1).status')" 'CHECK_STOCK FAILED'
order=$(of it.order_id)
ask GET "/api/v1/orders/$order"
is 'an order was made' "$STATUS" 404

login admin admin
ask GET "/api/v1/payments?ref_id=$order"
is 'payments asked for' "$(of it.items.length)" 0
is 'units at Magasin 1' "$(units 2 'Magasin 1')" 0
finish 'nothing was sold that is not there'
