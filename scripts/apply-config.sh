#!/usr/bin/env bash
# Makes the consumers of the gateway what a file says: who is missing gets a key, shown this once;
# whose roles or quotas differ gets those of the file; whom it does not name is left alone. Then
# asks the gateway again, and fails unless it has taken all of it.
#
#   ./apply-config.sh [URL] [FILE]     consumers.json beside this script unless said
#   RETAIL_ADMIN_USER, RETAIL_ADMIN_PASSWORD: who may; admin of the demo unless said
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"

file=${2:-$(dirname "${BASH_SOURCE[0]}")/consumers.json}
if [[ ! -r $file ]]; then fail "$file cannot be read"; fi

# One line for each consumer that is not what the file says: its name, its key's id if it has one, its plan.
differences() {
	CONFIG=$file node -e '
		const read = (text) => JSON.parse(text);
		const { consumers } = read(require("node:fs").readFileSync(process.env.CONFIG, "utf8"));
		const { items } = read(require("node:fs").readFileSync(0, "utf8"));
		const planOf = ({ scopes = ["*"], quota_minute, quota_hour, unlimited = false }) =>
			({ scopes, quota_minute, quota_hour, unlimited });
		const text = (one) => JSON.stringify({ ...planOf(one), scopes: [...planOf(one).scopes].sort() });
		for (const one of consumers) {
			const key = items.find(({ name, status }) => name === one.name && status === "ACTIVE");
			if (key && text(key) === text(one)) continue;
			console.log([one.name, key?.id ?? "-", JSON.stringify(planOf(one))].join("\t"));
		}
	' <<<"$BODY" || fail "$file is not a list of consumers in JSON"
}

keys() {
	ask GET '/api/v1/api-keys?limit=200'
	if [[ $STATUS != 200 ]]; then fail "the keys cannot be listed: $STATUS ${BODY:0:300}"; fi
}

login "${RETAIL_ADMIN_USER:-admin}" "${RETAIL_ADMIN_PASSWORD:-admin}"
keys
todo=$(differences)
made=0
changed=0
while IFS=$'\t' read -r name id plan; do
	if [[ -z $name ]]; then continue; fi
	if [[ $id == - ]]; then
		ask POST /api/v1/api-keys "{\"name\":\"$name\",${plan#\{}"
		if [[ $STATUS != 201 ]]; then fail "$name got no key: $STATUS ${BODY:0:300}"; fi
		printf '+ %s %s\n' "$name" "$(of it.key)"
		made=$((made + 1))
	else
		ask PUT "/api/v1/api-keys/$id/plan" "$plan"
		if [[ $STATUS != 200 ]]; then fail "$name keeps its plan: $STATUS ${BODY:0:300}"; fi
		printf '~ %s %s\n' "$name" "$plan"
		changed=$((changed + 1))
	fi
done <<<"$todo"

keys
is 'consumers that are not as declared' "$(differences | grep -c . || true)" 0
printf '%s keys made, %s plans changed\n' "$made" "$changed"
