#!/usr/bin/env bash
# The report of the sagas: how many, how they ended, how long they and their steps took, what is blocked. First
# it sells one bottle, and has another order undone, so that there is something to tell of both. It fails when
# a figure contradicts another, and when a saga is blocked. ./test-saga-rapport.sh [URL]
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"

SHOWN=50 # of the latest sagas, read step by step

# buy PRODUCT STATUS
buy() {
	ask POST '/api/v1/orders?wait=true' "{
		\"products\": [{ \"product_id\": $1, \"quantity\": 1, \"location\": \"Magasin 1\" }],
		\"shipping_address\": \"123 Main St, Montreal\", \"payment_method\": \"credit_card\"
	}" --header "Idempotency-Key: $(idempotency_key)"
	is "answer to an order of product $1" "$STATUS" "$2"
	SAGA=$(of it.saga_id)
}

# ended SAGA STATE: waits until it is there.
ended() {
	local try
	for try in {1..300}; do
		ask GET "/api/v1/sagas/$1"
		if [[ $(of it.status) == "$2" ]]; then break; fi
		sleep 0.1
	done
	is "state of $1" "$(of it.status)" "$2"
}

login admin admin
ask GET /api/v1/sagas/metrics
before=$(of it.total) completed=$(of it.completed) compensated=$(of it.compensated)

login user@example.com password
buy 1 201
good=$SAGA
buy 2 409
bad=$SAGA
ended "$good" COMPLETED
ended "$bad" COMPENSATED

login admin admin
ask GET /api/v1/sagas/metrics
is 'status of the figures' "$STATUS" 200
is 'sagas that were added, at least two' "$(of "it.total >= $before + 2")" true
is 'one more completed, at least' "$(of "it.completed > $completed")" true
is 'one more undone, at least' "$(of "it.compensated > $compensated")" true
is 'the states add up to the total' \
	"$(of 'Object.values(it.by_status).reduce((sum, one) => sum + one, 0) === it.total')" true
is 'the rate is that of the ends' \
	"$(of 'Math.abs(it.success_rate - it.completed / (it.completed + it.compensated)) < 1e-9')" true
is 'blocked' "$(of it.blocked)" 0
figures=$BODY

ask GET "/api/v1/sagas?limit=$SHOWN"
is 'status of the list' "$STATUS" 200
read -ra ids <<<"$(of 'it.items.filter((one) => one.finished_at).map((one) => one.saga_id).join(" ")')"
stories=
for saga in "${ids[@]}"; do
	ask GET "/api/v1/sagas/$saga"
	if [[ $STATUS != 200 ]]; then fail "$saga: $STATUS ${BODY:0:300}"; fi
	stories+="$BODY,"
done
BODY="{\"figures\":$figures,\"stories\":[${stories%,}]}"
is 'no ended saga has a step that still runs' \
	"$(of 'it.stories.some((one) => one.steps.some((step) => step.status === "RUNNING"))')" false

printf '\n'
of '(() => {
	const { figures, stories } = it;
	const seconds = (value) => value === undefined ? "–" : value.toFixed(3) + " s";
	const took = new Map();
	for (const { name, steps } of stories)
		for (const { step, duration } of steps)
			if (duration !== undefined) {
				const key = name + " / " + step;
				took.set(key, [...(took.get(key) ?? []), duration]);
			}
	const mean = (all) => all.reduce((sum, one) => sum + one, 0) / all.length;
	const slowest = [...took].map(([step, all]) => [step, mean(all), all.length])
		.sort(([, one], [, other]) => other - one).slice(0, 5);
	return [
		"Sagas                " + figures.total,
		"  completed          " + figures.completed,
		"  undone             " + figures.compensated,
		"  under way          " + figures.active,
		"  blocked            " + figures.blocked,
		"Success rate         " + (100 * figures.success_rate).toFixed(1) + " %",
		"Mean duration        " + seconds(figures.mean_duration),
		"Mean undoing         " + seconds(figures.mean_compensation_duration),
		"Slowest steps of the latest " + stories.length,
		...slowest.map(([step, value, times]) => "  " + seconds(value) + "  " + step + " (" + times + ")"),
	].join("\n");
})()'
printf '\n'
finish 'the report adds up, and nothing is blocked'
