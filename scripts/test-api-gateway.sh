#!/usr/bin/env bash
# What the gateway lets in, and what it answers to the rest. ./test-api-gateway.sh [URL]
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"

with_key() {
	local key=$1
	shift
	KEY=$key ask "$@"
}

with_key '' GET /health
is 'health' "$STATUS $(of it.status)" '200 up'
for context in identity catalog inventory orders payments saga; do
	with_key '' GET "/health/$context"
	is "health of $context" "$(of it.status)" up
done

with_key '' GET /api/v1/products
is 'no key' "$STATUS $(of it.code)" '401 UNAUTHENTICATED'
with_key not-a-key GET /api/v1/products
is 'an unknown key' "$STATUS" 401
with_key '' GET "/api/v1/products?api_key=$KEY"
is 'a key in the query' "$STATUS" 401
ask GET '/api/v1/products?limit=1'
is 'a key in its header' "$STATUS" 200
ask GET /api/v1/orders
is 'orders without a token' "$STATUS" 401

login user@example.com password
ask GET /api/v1/orders
is 'orders with key and token' "$STATUS" 200
with_key '' GET /api/v1/orders
is 'orders with a token alone' "$STATUS" 401
ask GET /api/v1/users
is 'accounts, as a customer' "$STATUS $(of it.code)" '403 FORBIDDEN'
TOKEN=

for path in products categories stores; do
	ask GET "/api/v1/$path?limit=1"
	is "/api/v1/$path" "$STATUS" 200
done
if [[ -z ${RETAIL_API_KEY-} ]]; then
	with_key admin-key-12345 GET '/api/v1/products?limit=1'
	is 'quota of admin-user' "$(header X-RateLimit-Limit-Minute)" 1000
	with_key frontend-key-67890 GET '/api/v1/products?limit=1'
	is 'quota of frontend-app' "$(header X-RateLimit-Limit-Minute)" 500
fi

ask GET /api/v1/nothing
is 'no such path' "$STATUS $(header Content-Type)" '404 application/problem+json; charset=utf-8'
ask DELETE /api/v1/products
is 'no such method' "$STATUS $(header Allow | tr -d ' ' | tr , '\n' | grep -c GET)" '405 1'
ask POST /api/v1/auth/login '{"username":'
is 'broken JSON' "$STATUS" 400
ask GET '/api/v1/products?limit=0'
is 'a limit of none' "$STATUS" 422

ask GET '/api/v1/products?limit=1' '' --header 'X-Request-ID: gateway-check-1'
is 'the request id comes back' "$(header X-Request-ID)" gateway-check-1
ask GET '/api/v1/products?limit=1' '' --header 'Origin: http://localhost:5173'
is 'our web client may read' "$(header Access-Control-Allow-Origin)" http://localhost:5173
ask GET '/api/v1/products?limit=1' '' --header 'Origin: https://localhost:5173.example.com'
is 'another may not' "$(header Access-Control-Allow-Origin)" ''
is 'no sniffing' "$(header X-Content-Type-Options)" nosniff

with_key '' GET /openapi.json
is 'OpenAPI' "$STATUS $(of 'it.openapi.slice(0, 3)')" '200 3.1'
with_key '' GET /docs
is 'documents' "$STATUS" 200
finish 'the gateway lets in whom it should'
