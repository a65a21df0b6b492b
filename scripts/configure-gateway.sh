#!/usr/bin/env bash
# Makes a gateway ready for its consumers, and looks whether it is: all contexts up, consumers and
# quotas as declared, limits, circuit breakers and upstreams as an administrator sees them.
#
#   ./configure-gateway.sh [URL] [FILE]     see apply-config.sh
source "$(dirname "${BASH_SOURCE[0]}")/ask.sh"

ask GET /health
is 'health' "$STATUS $(of it.status)" '200 up'
"$(dirname "${BASH_SOURCE[0]}")/apply-config.sh" "$URL" ${2:+"$2"}

login "${RETAIL_ADMIN_USER:-admin}" "${RETAIL_ADMIN_PASSWORD:-admin}"
ask GET /admin/services
is 'nodes that offer the gateway' \
	"$STATUS $(of 'it.nodes.some((one) => one.available && one.services.includes("gateway"))')" '200 true'
ask GET /admin/rate-limits
is 'the default plan' "$STATUS $(of '[it.plan.minute, it.plan.hour].join("/")')" '200 100/1000'
is 'gateways that count alone though Redis should' "$(of it.is_alone)" false
ask GET /admin/upstreams
is 'contexts that are down' "$STATUS $(of 'it.items.filter((one) => one.state === "down").length')" '200 0'
ask GET /admin/circuit-breakers
is 'circuits that are open' "$STATUS $(of 'it.items.filter((one) => one.state === "open").length')" '200 0'
TOKEN=
ask GET /admin/services
is 'administration without a token' "$STATUS" 401
finish 'the gateway is configured'
