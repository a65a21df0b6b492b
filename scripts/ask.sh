# Sourced by the scripts beside it: asks a product that runs, and ends with an error as soon as an
# answer is not what it must be. Needs bash, curl and node.
#
#   RETAIL_URL       where the gateway is, unless it is the first argument; http://localhost:8080
#   RETAIL_API_KEY   the consumer's key; the demo's own unless said
set -euo pipefail

URL=${1:-${RETAIL_URL:-http://localhost:8080}}
URL=${URL%/}
KEY=${RETAIL_API_KEY-pos-test-automation-dev-key-2025}
TOKEN=
STATUS=
BODY=
HEADERS=
CHECKS=0
answer_headers=$(mktemp)
trap 'rm -f "$answer_headers"' EXIT

fail() {
	printf '✗ %s\n' "$*" >&2
	exit 1
}

# ask METHOD PATH [BODY] [more for curl …]: leaves the answer in STATUS, BODY and HEADERS.
ask() {
	local method=$1 path=$2 body=${3:-} reply
	shift $(($# < 3 ? $# : 3))
	local args=(--silent --max-time 40 --request "$method" --dump-header "$answer_headers")
	if [[ -n $KEY ]]; then args+=(--header "X-API-Key: $KEY"); fi
	if [[ -n $TOKEN ]]; then args+=(--header "Authorization: Bearer $TOKEN"); fi
	if [[ -n $body ]]; then args+=(--header 'Content-Type: application/json' --data "$body"); fi
	reply=$(curl "${args[@]}" --write-out '\n%{http_code}' "$@" "$URL$path") ||
		fail "$method $URL$path: no answer"
	STATUS=${reply##*$'\n'}
	BODY=${reply%$'\n'*}
	HEADERS=$(tr -d '\r' <"$answer_headers")
}

# of EXPRESSION: what JavaScript finds in the last answer, called `it`.
of() {
	node -e '
		const it = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
		const found = eval(process.argv[1]);
		console.log(typeof found === "object" ? JSON.stringify(found) : String(found));
	' "$1" <<<"$BODY" 2>/dev/null || printf 'nothing\n'
}

header() {
	sed -n "s/^$1: //Ip" <<<"$HEADERS" | head -n 1
}

# is WHAT FOUND EXPECTED
is() {
	if [[ $2 != "$3" ]]; then fail "$1: $2, not $3"$'\n'"  last answer: $STATUS ${BODY:0:500}"; fi
	CHECKS=$((CHECKS + 1))
	printf '✓ %s: %s\n' "$1" "$2"
}

login() {
	TOKEN=
	ask POST /api/v1/auth/login "{\"username\":\"$1\",\"password\":\"$2\"}"
	if [[ $STATUS != 200 ]]; then fail "$1 may not enter: $STATUS ${BODY:0:300}"; fi
	TOKEN=$(of it.access_token)
}

idempotency_key() {
	node -p 'crypto.randomUUID()'
}

# units PRODUCT LOCATION: free to sell there, once nothing is held any more.
units() {
	local try
	for try in {1..100}; do
		ask GET "/api/v1/stock/$1?location=${2// /%20}"
		if [[ $(of it.reserved) == 0 ]]; then break; fi
	done
	of it.quantity
}

finish() {
	printf '%s checks passed: %s\n' "$CHECKS" "$1"
}
