#!/usr/bin/env bash
# Makes the API keys of the consumers, once: who has one keeps it. A new key is shown this once.
#
#   ./setup-api-keys.sh [URL] [name:scope,scope:quota …]
#   RETAIL_ADMIN_USER, RETAIL_ADMIN_PASSWORD: who may; admin of the demo unless said
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"
shift $(($# > 0 ? 1 : 0))

CONSUMERS=(
	'admin-user:*:1000'
	'frontend-app:customer,cashier,store_manager,logistics,head_office:500'
	'pos-web:customer,cashier,store_manager,logistics,head_office:500'
	'pos-mobile:customer,cashier,store_manager:300'
	'pos-tests:*:'
	'pos-console:admin,auditor,head_office,logistics,store_manager:300'
)

login "${RETAIL_ADMIN_USER:-admin}" "${RETAIL_ADMIN_PASSWORD:-admin}"
ask GET '/api/v1/api-keys?limit=200'
if [[ $STATUS != 200 ]]; then fail "the keys cannot be listed: $STATUS ${BODY:0:300}"; fi
known=$(of 'it.items.filter((one) => one.status !== "REVOKED").map((one) => one.name).join("\n")')

made=0
for consumer in "${CONSUMERS[@]}" "$@"; do
	IFS=: read -r name scopes quota <<<"$consumer"
	if grep -qxF -- "$name" <<<"$known"; then
		printf '= %s has a key\n' "$name"
		continue
	fi
	body=$(node -p '
		const [name, scopes, quota] = process.argv.slice(1);
		const plan = quota ? { quota_minute: Number(quota) } : {};
		JSON.stringify({ name, scopes: scopes.split(","), ...plan });
	' "$name" "${scopes:-*}" "${quota:-}")
	ask POST /api/v1/api-keys "$body"
	if [[ $STATUS != 201 ]]; then fail "$name got no key: $STATUS ${BODY:0:300}"; fi
	printf '+ %s %s\n' "$name" "$(of it.key)"
	made=$((made + 1))
done
printf '%s keys made\n' "$made"
