export const HELP = `npm run repl: a console in the running mesh.

	npm run repl                                        opens it; quit, or Ctrl-D, leaves
	npm run repl -- "saga list"                         one command, then it leaves; code 1 if it was refused
	npm run repl -- --data data "nodes"                 of the mesh of another data folder

	saga list [--status COMPENSATING] [--name order-processing] [--limit 20] [--active]
	saga show <id>                                      its steps, attempts and undos
	saga retry|compensate|pause|resume <id> --reason "…"
	outbox                                              facts that wait to leave, by context
	deadletters [list] [--context inventory]            facts that a context could not apply
	deadletters retry|discard <id> --reason "…"
	stock <product> [location]
	drain <process> --reason "…"                        it finishes what it has begun, and ends

	and Moleculer's own: nodes, services, actions, call <action> [--param value], help, …

It joins as the node console.<user>, without services, and acts as an administrator of that name: contexts
record it as the actor of what it changes. Each call is a line of data/mesh/console.log, with its reason.
It finds the mesh that npm run mesh has started on the data folder; any other by RETAIL_NATS_URL and
RETAIL_MESH_SECRET.
`;
