import type { Check } from "./check.ts";
import { jest, script } from "./check.ts";
import { cluster } from "./cluster.ts";
import { composed } from "./composed.ts";
import { dependencies } from "./dependencies.ts";
import { composeConfig, loadScripts, manifests, natsFiles } from "./files.ts";
import { image } from "./image.ts";
import { scaling } from "./scaling.ts";
import { tls } from "./tls.ts";

/** All that is verified apart from `npm test`; the quick ones take seconds each on a calm machine. */
export const CHECKS: readonly Check[] = [
	{
		what: "product, lint and types",
		proves: "CI-02",
		isNeeded: true,
		isQuick: true,
		run: () => `${script("lint")}; ${script("types")}; behaviour: \`npm test\``,
	},
	{
		what: "metrics",
		proves: "MON-01",
		isNeeded: true,
		isQuick: true,
		run: () => jest("tests/rows/ops.test"),
	},
	{
		what: "rules",
		proves: "MON",
		isNeeded: true,
		isQuick: true,
		run: () => jest("tests/monitoring/rules"),
	},
	{
		what: "Prometheus, Alertmanager",
		proves: "MON-03",
		isNeeded: true,
		isQuick: true,
		run: () => jest("tests/monitoring/files"),
	},
	{ what: "NATS, files", proves: "DEP-16", isNeeded: true, isQuick: true, run: natsFiles },
	{
		what: "NATS, permissions",
		proves: "DEP-16",
		isNeeded: true,
		isQuick: true,
		run: () => jest("tests/deploy/nats-acl"),
	},
	{
		what: "compose, schema and policy",
		proves: "DEP-01",
		isNeeded: true,
		isQuick: true,
		run: () => jest("tests/deploy/compose.test"),
	},
	{
		what: "compose, config -q",
		proves: "DEP-01",
		isQuick: true,
		run: composeConfig,
	},
	{ what: "manifests", proves: "HA-03…15", isNeeded: true, isQuick: true, run: manifests },
	{
		what: "pipeline",
		proves: "CI-01…06",
		isQuick: true,
		run: () => jest("tests/deploy/pipeline"),
	},
	{ what: "k6, types", proves: "HA-13", isQuick: true, run: loadScripts },
	{ what: "TLS of NATS", proves: "10", isQuick: true, run: tls },
	{
		what: "TLS of the gateway",
		proves: "GTW-12",
		isQuick: true,
		run: () => jest("tests/services/gateway-tls"),
	},
	{ what: "dependencies", proves: "10", isQuick: true, run: dependencies },
	{ what: "NATS, three servers", proves: "DEP-16", run: cluster },
	{ what: "compose, as processes", proves: "DEP-01 DEP-16", run: composed },
	{ what: "scaling", proves: "HA-06 HA-15", run: scaling },
	{ what: "image", proves: "DEP-01 CI-06", run: image },
	{ what: "boards", proves: "MON", run: () => script("verify:boards") },
	{ what: "alert, end to end", proves: "MON-23", run: () => script("verify:alert") },
	{ what: "e2e, one process", proves: "D20", run: () => script("e2e", "--mode", "one") },
	{ what: "e2e, mesh", proves: "D20", run: () => script("e2e", "--mode", "mesh") },
	{ what: "e2e, mesh on PostgreSQL", proves: "D20", run: () => script("e2e", "--mode", "full") },
	{ what: "PostgreSQL", proves: "DEP-12", run: () => script("jest:pg", "--ci") },
	{ what: "rolling", proves: "HA-08", run: () => script("verify:rolling") },
	{ what: "the whole suite", proves: "D4, D15", run: () => script("jest:heavy") },
	{ what: "chaos", proves: "HA-13", run: () => script("chaos", "--short") },
];
