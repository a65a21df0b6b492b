#!/usr/bin/env bash
# An order that succeeds: two bottles and a backpack, five steps, 172.46 $. ./test-saga.sh [URL]
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"

login admin admin
before=$(units 1 online)

login user@example.com password
ask POST '/api/v1/orders?wait=true' '{
	"products": [{ "product_id": 1, "quantity": 2 }, { "product_id": 5, "quantity": 1 }],
	"shipping_address": "123 Main St, Montreal", "billing_address": "123 Main St",
	"payment_method": "credit_card"
}' --header "Idempotency-Key: $(idempotency_key)"
is 'status of the answer' "$STATUS" 201
is 'outcome' "$(of it.status)" COMPLETED
is 'message' "$(of it.message)" 'Commande confirmée'
is 'total, in cents' "$(of it.total_cents)" 17246
saga=$(of it.saga_id) order=$(of it.order_id) payment=$(of it.payment_id)

ask GET "/api/v1/sagas/$saga"
is 'state of the saga' "$(of it.status)" COMPLETED
is 'steps' "$(of 'it.steps.map((one) => one.step).join(" ")')" \
	'CHECK_STOCK RESERVE_STOCK CREATE_ORDER PROCESS_PAYMENT CONFIRM_ORDER'
is 'steps that succeeded' "$(of 'it.steps.filter((one) => one.status === "SUCCESS").length')" 5

ask GET "/api/v1/orders/$order"
is 'state of the order' "$(of it.status)" CONFIRMED
is 'its payment' "$(of it.payment_id)" "$payment"

login admin admin
ask GET "/api/v1/payments/$payment"
is 'captured, in cents' "$(of it.captured_cents)" 17246
is 'bottles left' "$(units 1 online)" "$((before - 2))"
finish 'the order is confirmed and paid'
