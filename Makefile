# Words for what is done often. Nothing here is needed: each line is a command that can be typed.
# The tests and a single process need Node alone; containers need Docker 24 and Compose 2.
COMPOSE ?= docker compose
PROD = -f docker-compose.yml -f docker-compose.prod.yml
OBSERVABILITY = prometheus alertmanager grafana loki promtail postgres-exporter redis-exporter container-exporter
OVERLAY ?= dev
IMAGE ?= comptoir
TAG ?= local

.DEFAULT_GOAL := help
.PHONY: help up down reset logs status ps scale console image up-prod down-prod secrets monitoring-up monitoring-down \
	deploy test test-loadbalancing test-performance lint format check-format coverage verify

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 22

up: ## the whole chain with demo data, at http://localhost:8080
	$(COMPOSE) up -d --build
down: ## stops it; what it knows is kept
	$(COMPOSE) --profile '*' down
reset: ## stops it and forgets all: databases, facts, boards
	$(COMPOSE) --profile '*' down -v
logs: ## follows what is said: make logs S="orders saga"
	$(COMPOSE) logs -f --tail 100 $(S)
ps: ## the containers
	$(COMPOSE) --profile '*' ps
status: ## the containers, and what the gateway says of each context
	$(COMPOSE) --profile '*' ps
	@curl -s http://localhost:$${RETAIL_HTTP_PORT:-8080}/health; echo
scale: ## more of one context: make scale S=inventory N=3
	$(COMPOSE) up -d --no-recreate --scale $(S)=$(N) $(S)
console: ## a REPL that joins the mesh
	$(COMPOSE) run --rm console

image: ## builds the image
	docker build --build-arg COMMIT=$$(git rev-parse --short HEAD) -t $(IMAGE):$(TAG) .
secrets: ## makes the secrets of production that nobody has to choose, in secrets/
	npm run -s secrets
up-prod: ## production: secrets from files, no demo, only the gateway is published
	$(COMPOSE) $(PROD) up -d
down-prod: ## stops production
	$(COMPOSE) $(PROD) down

monitoring-up: ## Prometheus :9090, Grafana :3000, Alertmanager :9093, beside what runs
	$(COMPOSE) --profile observability up -d $(OBSERVABILITY)
monitoring-down: ## and away with them
	$(COMPOSE) --profile observability rm -sf $(OBSERVABILITY)

deploy: ## Kubernetes, tables first: make deploy OVERLAY=prod
	kubectl -n $$(kubectl kustomize k8s/overlays/$(OVERLAY) | sed -n 's/^  namespace: //p' | head -1) delete job migrate --ignore-not-found
	kubectl apply -k k8s/overlays/$(OVERLAY)

test: ## lint, types, every test
	npm test
test-loadbalancing: ## how requests spread over the replicas of a context
	scripts/test-load-balancing.sh
test-performance: ## the load suite: npm run load -- --help
	npm run load
lint: ## Biome: a warning is an error
	npm run lint
format: ## Biome, written
	npm run fix
check-format: ## Biome, only looked at
	npx biome format .
coverage: ## the tests again, with what they reach and the least that they must
	npm run coverage
verify: ## what is deployed, checked as far as this machine can
	npm run verify
