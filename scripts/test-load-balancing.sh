#!/usr/bin/env bash
# How a running mesh spreads its calls over replicas. ./test-load-balancing.sh [URL] [CALLS]
#
# Asks each context so many times, and counts who answered (X-Served-By, outside production). Where
# there are replicas, each of n must have taken 1/n of the calls, give or take five in a hundred of
# them. Needs a mesh in which at least one context has two: `npm run mesh -- --full`.
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"

CALLS=${2:-200}
spread=0

# served PATH: who answered, each with how often.
served() {
	local args=(--silent --fail --output /dev/null --dump-header - --max-time 60)
	args+=(--header "X-API-Key: $KEY")
	if [[ -n $TOKEN ]]; then args+=(--header "Authorization: Bearer $TOKEN"); fi
	# A part behind # is not sent: so many times the same question, over one connection.
	curl "${args[@]}" "$URL$1#[1-$CALLS]" | tr -d '\r' | sed -n 's/^X-Served-By: //Ip' |
		sort | uniq -c | sort -k 2
}

# over PATH: each replica's share, and whether it is what it must be.
over() {
	local path=$1 counts replicas total
	counts=$(served "$path") || fail "$path: an answer that is none"
	replicas=$(grep -c . <<<"$counts" || true)
	total=$(awk '{ sum += $1 } END { print sum + 0 }' <<<"$counts")
	if ((replicas == 0)); then fail "$path: nobody says who answered. Is it a mesh, outside production?"; fi
	is "$path" "$total answers" "$CALLS answers"
	while read -r count node; do
		printf '    %-24s %5d  %5.1f %%\n' "$node" "$count" "$(awk "BEGIN { print 100 * $count / $total }")"
		if ((replicas > 1)) && awk "BEGIN { off = $count / $total - 1 / $replicas; exit !(off > 0.05 || off < -0.05) }"; then
			fail "$path: $node took $count of $total, of $replicas replicas"
		fi
	done <<<"$counts"
	if ((replicas > 1)); then spread=$((spread + 1)); fi
}

login "${RETAIL_USER:-maison_mere}" "${RETAIL_PASSWORD:-comptoir-demo}"
for path in products categories stores customers stock orders carts payments claims sagas; do
	over "/api/v1/$path?limit=1"
done
if ((spread == 0)); then fail 'no context has two replicas: there is nothing to balance'; fi
finish "$spread contexts spread their calls evenly"
