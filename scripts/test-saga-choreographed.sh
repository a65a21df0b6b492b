#!/usr/bin/env bash
# A purchase, a claim, and a refund that nobody coordinates: one claim that approves itself, one that a
# person grants, each followed to CLOSED. The demo's limit of 50 $ applies. ./test-saga-choreographed.sh [URL]
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"

# buy PRODUCT QUANTITY
buy() {
	ask POST '/api/v1/orders?wait=true' "{
		\"products\": [{ \"product_id\": \"$1\", \"quantity\": $2 }],
		\"shipping_address\": \"123 Main St, Montreal\", \"payment_method\": \"credit_card\"
	}" --header "Idempotency-Key: $(idempotency_key)"
	is "purchase of $2 × $1" "$(of it.status)" COMPLETED
	order=$(of it.order_id) payment=$(of it.payment_id)
}

# claim TYPE PRODUCT: of the order that was bought last.
claim() {
	ask POST /claims "{
		\"claim_type\": \"$1\", \"description\": \"Produit endommagé\",
		\"product_id\": \"$2\", \"order_id\": \"$order\"
	}"
}

# reaches STATE: waits until the claim is there, or has ended otherwise.
reaches() {
	local try
	for try in {1..300}; do
		ask GET "/claims/$claim"
		if [[ $(of it.status) =~ ^($1|CLOSED|COMPENSATED|MANUAL_REVIEW)$ ]]; then break; fi
		sleep 0.1
	done
	is 'state of the claim' "$(of it.status)" "$1"
}

# passed STATE...: the states that the claim has been through, in order.
passed() {
	ask GET "/claims/$claim/history"
	is 'states that it passed' "$(of 'it.items.map((one) => one.status).join(" ")')" "$*"
}

login admin admin
kettles=$(units product_123 online) bags=$(units 5 online)

login user@example.com password
buy product_123 1
claim product_defect product_123
is 'status of the answer' "$STATUS" 201
is 'state of a claim below 50 $' "$(of it.status)" APPROVED
is 'who decided' "$(of it.decided_by)" rule
claim=$(of it.id)
reaches CLOSED
is 'given back, in cents' "$(of it.amount_cents)" 4599
passed SUBMITTED APPROVED REFUND_PENDING REFUNDED STOCK_ADJUSTED CLOSED
claim product_defect product_123
is 'the same line again' "$STATUS $(of it.code)" '409 ALREADY_CLAIMED'
claim product_defect 63
is 'what the order does not hold' "$STATUS $(of it.code)" '422 NOT_PURCHASED'

login admin admin
ask GET "/api/v1/payments/$payment"
is 'refunded of the payment, in cents' "$(of it.refunded_cents)" 4599
is 'kettles left: a defect is written off' "$(units product_123 online)" "$((kettles - 1))"

login user@example.com password
buy 5 2
claim wrong_item 5
is 'state of a claim above 50 $' "$(of it.status)" SUBMITTED
claim=$(of it.id)

login maison_mere comptoir-demo
ask POST "/claims/$claim/approve" '{ "disposition": "restock" }'
is 'before anybody has looked at it' "$STATUS $(of it.code)" '409 WRONG_STATE'
ask POST "/claims/$claim/review"
is 'state under review' "$(of it.status)" UNDER_REVIEW
ask POST "/claims/$claim/approve" '{ "disposition": "restock", "amount_cents": 99999 }'
is 'more than was paid' "$STATUS $(of it.code)" '409 CLAIM_EXCEEDS_PURCHASE'
ask POST "/claims/$claim/approve" '{ "disposition": "restock" }'
is 'state once it is granted' "$(of it.status)" APPROVED
reaches CLOSED
is 'given back, in cents: half of 229.95 $' "$(of it.amount_cents)" 11497
passed SUBMITTED UNDER_REVIEW APPROVED REFUND_PENDING REFUNDED STOCK_ADJUSTED CLOSED

login admin admin
ask GET "/api/v1/payments/$payment"
is 'refunded of the payment, in cents' "$(of it.refunded_cents)" 11497
is 'backpacks left: one of two came back' "$(units 5 online)" "$((bags - 1))"
finish 'two claims are refunded, their stock is adjusted, and nobody coordinated'
