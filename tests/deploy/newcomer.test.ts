import {
	appendFileSync,
	cpSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, expect, test } from "@jest/globals";
import { CONTEXTS } from "../../config/topology.ts";
import { deployed } from "../../scripts/deployed.ts";
import { hasKubectl, ofKind, podsOf, rendered } from "./cluster.ts";
import { compose } from "./compose.ts";

const root = mkdtempSync(join(tmpdir(), "comptoir-newcomer-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test("DEP-17 DEP-01 a new context costs one line of compose and one file in k8s/base; the rest is made", async () => {
	for (const path of ["k8s", "nats", "docker-compose.yml", "docker-compose.prod.yml"])
		cpSync(path, join(root, path), { recursive: true });
	const file = join(root, "docker-compose.yml");
	const line = "  stores: { <<: *context, command: [start.ts, stores] }\n";
	const text = readFileSync(file, "utf8");
	expect(text).toContain(line);
	writeFileSync(file, text.replace(line, `${line}${line.replaceAll("stores", "loyalty")}`));
	const manifest = readFileSync("k8s/base/stores.yaml", "utf8").replaceAll("stores", "loyalty");
	appendFileSync(join(root, "k8s/base/loyalty.yaml"), manifest);
	for (const [name, page] of await deployed(root, [...CONTEXTS, "loyalty"])) {
		mkdirSync(dirname(join(root, name)), { recursive: true });
		writeFileSync(join(root, name), page);
	}

	const production = compose(["docker-compose.yml", "docker-compose.prod.yml"], root).services;
	const { command, environment, secrets, healthcheck } = production.loyalty ?? {};
	expect(command).toEqual(["start.ts", "loyalty"]);
	expect([environment, secrets, healthcheck]).toEqual([
		...[production.stores?.environment, production.stores?.secrets, production.stores?.healthcheck],
	]);
	if (!hasKubectl) return;
	const all = rendered(join(root, "k8s/overlays/dev"));
	const pods = podsOf(ofKind(all, "Deployment"));
	const [old, fresh] = ["stores", "loyalty"].map((name) =>
		pods.find(({ labels }) => labels.app === name),
	);
	expect(JSON.parse(JSON.stringify(fresh?.spec).replaceAll("loyalty", "stores"))).toEqual(
		old?.spec,
	);
});
