import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { CONTEXTS } from "../../config/topology.ts";
import { settings } from "../../scripts/settings.ts";
import { compose, networksOf, type Service } from "./compose.ts";

const BASE = "docker-compose.yml";
const DEMO = [BASE, "docker-compose.override.yml"];
const PRODUCTION = [BASE, "docker-compose.prod.yml"];
const FILES = [BASE, "docker-compose.override.yml", "docker-compose.prod.yml"];

const demo = compose(DEMO);
const production = compose(PRODUCTION);
const services = (form = demo) => Object.entries(form.services);
const contexts = (form = demo) =>
	CONTEXTS.map((name) => [name, form.services[name] as Service] as const);
const known = new Set(settings().map(({ name }) => `RETAIL_${name}`));
const published = ({ ports = [] }: Service) =>
	ports.filter((port) => !port.startsWith("127.0.0.1:"));

describe("DEP-01 compose", () => {
	const schema = JSON.parse(readFileSync("tests/deploy/compose-spec.json", "utf8"));
	const validate = new Ajv({ strict: false }).compile({ ...schema, $schema: undefined });

	test.each(FILES)("DEP-01 %s fits the schema of compose", (file) => {
		const text = parse(readFileSync(file, "utf8"), { merge: true, maxAliasCount: -1 });
		expect([validate(text), validate.errors]).toEqual([true, null]);
	});

	test("DEP-01 DEP-19 has a service for each context, named after it, from one image", () => {
		for (const [name, service] of contexts()) {
			expect([name, service?.command]).toEqual([name, ["start.ts", name]]);
			expect([name, service.image]).toEqual([name, demo.services.migrate?.image]);
			expect(service.profiles).toBeUndefined();
		}
		const started = services().flatMap(([, { command = [] }]) =>
			command[0] === "start.ts" && !command[1]?.startsWith("-") ? [command[1]] : [],
		);
		expect(started.sort()).toEqual([...CONTEXTS].sort());
	});

	test("HA-03 HA-15 any service may have several instances: none has a name or, but for the gateway, a port", () => {
		expect(services().filter(([, { container_name }]) => container_name)).toEqual([]);
		expect(contexts().flatMap(([name, { ports }]) => (ports ? [name] : []))).toEqual(["gateway"]);
		for (const [, { environment = {} }] of contexts())
			expect(environment.RETAIL_INSTANCE).toBeUndefined();
	});

	test("HA-04 HA-10 the product is asked every 30 s, for 10 s, three times, 40 s after its start", () => {
		const wanted = { interval: "30s", timeout: "10s", retries: 3, start_period: "40s" };
		for (const [name, { healthcheck }] of contexts())
			expect([name, healthcheck]).toEqual([
				name,
				{ test: ["CMD", "/nodejs/bin/node", "scripts/probe.ts"], ...wanted },
			]);
		expect(readFileSync("Dockerfile", "utf8")).toContain(
			'HEALTHCHECK --interval=30s --timeout=10s --retries=3 --start-period=40s CMD ["/nodejs/bin/node", "scripts/probe.ts"]',
		);
	});

	test("HA-07 each has its limits: 0.5 CPU and 512 MB, the gateway 1 and 1 GB, in production 2 and 2 GB", () => {
		for (const [name, { deploy }] of contexts().filter(([name]) => name !== "gateway"))
			expect([name, deploy.resources.limits]).toEqual([name, { cpus: "0.5", memory: "512M" }]);
		const of = (form: typeof demo) => form.services.gateway?.deploy.resources;
		expect(of(demo)).toEqual({
			limits: { cpus: "1", memory: "1G" },
			reservations: { cpus: "0.5", memory: "512M" },
		});
		expect(of(production)?.limits).toEqual({ cpus: "2", memory: "2G" });
		for (const [name, { deploy }] of services())
			expect([name, deploy?.resources.limits?.memory]).toEqual([name, expect.any(String)]);
	});

	test("DEP-01 whatever runs can write nowhere but where it must, and become nobody else", () => {
		for (const [name, service] of services()) {
			const { read_only, cap_drop, security_opt, init, logging } = service;
			expect([name, read_only, cap_drop, security_opt, init, logging !== undefined]).toEqual([
				...[name, true, ["ALL"], ["no-new-privileges:true"], true, true],
			]);
		}
		for (const [, { tmpfs, stop_grace_period }] of contexts())
			expect([tmpfs, stop_grace_period]).toEqual([["/scratch:mode=1777,size=64m"], "35s"]);
	});

	test("DEP-03 they start in order: servers healthy, tables made, then the contexts", () => {
		const order = {
			nats: { condition: "service_healthy" },
			postgres: { condition: "service_healthy" },
			redis: { condition: "service_healthy" },
			migrate: { condition: "service_completed_successfully" },
		};
		for (const [name, { depends_on }] of contexts())
			expect([name, depends_on]).toEqual([name, order]);
		for (const [name, { depends_on = {} }] of services())
			for (const [other, { condition }] of Object.entries(depends_on)) {
				const needed = demo.services[other];
				expect([name, other, needed !== undefined]).toEqual([name, other, true]);
				if (condition === "service_healthy")
					expect([other, needed?.healthcheck !== undefined]).toEqual([other, true]);
			}
		expect(demo.services.migrate?.command).toEqual(["start.ts", "--migrate"]);
	});

	test("DEP-08 what must last is in named volumes, and all but one network are internal", () => {
		expect(Object.keys(demo.volumes)).toEqual(
			expect.arrayContaining(["postgres", "nats", "redis", "grafana"]),
		);
		const internal = Object.entries(demo.networks).map(([name, one]) => [
			name,
			one?.internal ?? false,
		]);
		expect(internal).toEqual([
			["edge", false],
			["mesh", true],
			["data", true],
			["obs", true],
		]);
		for (const [name, service] of services())
			for (const network of networksOf(service))
				expect([name, network in demo.networks]).toEqual([name, true]);
	});

	test("CCH-05 the cache and the database are servers of their own, each with its own share of the machine", () => {
		for (const name of ["redis", "postgres"]) {
			const { image = "", volumes = [], deploy } = demo.services[name] ?? ({} as never);
			expect(image).toContain(name);
			expect(volumes.some((one) => one.startsWith(`${name}:`))).toBe(true);
			expect(deploy.resources.limits).toHaveProperty("memory");
		}
		const { RETAIL_REDIS_URL, RETAIL_DATABASE_URL } = demo.services.carts?.environment ?? {};
		expect([RETAIL_REDIS_URL, RETAIL_DATABASE_URL]).toEqual([
			expect.stringContaining("@redis:"),
			expect.stringContaining("@postgres:"),
		]);
	});

	test("DEP-14 production publishes the gateway and nothing else", () => {
		const open = services(production).filter(([, service]) => (service.ports ?? []).length > 0);
		expect(open.map(([name, { ports }]) => [name, ports])).toEqual([["gateway", ["8080:8080"]]]);
		const world = services(demo).filter(([, service]) => published(service).length > 0);
		expect(world.map(([name]) => name)).toEqual(["gateway"]);
	});

	test("DEP-06 D19 production has no demo, and no secret but in a file", () => {
		for (const [name, { environment = {}, secrets = [] }] of contexts(production)) {
			const { NODE_ENV, RETAIL_DEMO } = environment;
			expect([name, NODE_ENV, RETAIL_DEMO]).toEqual([name, "production", "false"]);
			for (const secret of secrets)
				expect([secret, production.secrets?.[secret]?.file]).toEqual([
					secret,
					`./secrets/${secret}`,
				]);
		}
		const shown = services(production).flatMap(([name, { environment = {} }]) =>
			Object.entries(environment).flatMap(([key, value]) =>
				/comptoir-demo|known-to-all/.test(value) && !/_URI$/.test(key) ? [`${name} ${key}`] : [],
			),
		);
		expect(shown).toEqual([]);
	});

	test("DEP-18 every setting that it gives is one of the product's, and the database is multi_stores", () => {
		for (const form of [demo, production])
			for (const [name, { environment = {} }] of contexts(form))
				for (const key of Object.keys(environment).filter((one) => one.startsWith("RETAIL_")))
					expect([name, key, known.has(key.replace(/_FILE$/, "")) || known.has(key)]).toEqual([
						name,
						key,
						true,
					]);
		const { POSTGRES_USER, POSTGRES_DB } = demo.services.postgres?.environment ?? {};
		expect([POSTGRES_USER, POSTGRES_DB]).toEqual(["comptoir", "multi_stores"]);
		expect(demo.services.orders?.environment?.RETAIL_DATABASE_URL).toBe(
			"postgres://comptoir:comptoir-demo@postgres:5432/multi_stores",
		);
	});

	test("DEP-20 monitoring is a profile of its own, set up from files", () => {
		const apart = services()
			.filter(([, { profiles }]) => profiles?.includes("observability"))
			.map(([name]) => name);
		expect(apart).toEqual(
			expect.arrayContaining(["prometheus", "alertmanager", "grafana", "loki", "promtail"]),
		);
		expect(readFileSync("Makefile", "utf8")).toContain(`OBSERVABILITY = ${apart.join(" ")}`);
		const aliases = contexts().map(
			([, { networks }]) => (networks as Record<string, { aliases?: string[] }>).obs?.aliases,
		);
		expect(new Set(aliases.flat())).toEqual(new Set(["contexts"]));
	});

	test("DEP-01 files that it mounts exist", () => {
		const mounts = services(production).flatMap(([, { volumes = [] }]) => volumes);
		const own = mounts
			.map((one) => one.split(":")[0] as string)
			.filter((from) => from.startsWith("./"));
		const isMade = (from: string) => from.startsWith("./secrets"); // by `make secrets`
		expect(own.filter((from) => !existsSync(from) && !isMade(from))).toEqual([]);
	});
});

test("DEP-06 .env.example lists every setting, and every variable of compose", () => {
	const listed = [...readFileSync(".env.example", "utf8").matchAll(/^# (\w+)=/gm)].map(
		([, name]) => name as string,
	);
	const asked = FILES.flatMap((file) =>
		[...readFileSync(file, "utf8").matchAll(/(?<!\$)\$\{(\w+)/g)].map(([, name]) => name as string),
	);
	expect([...new Set([...known, ...asked])].filter((name) => !listed.includes(name))).toEqual([]);
	expect(listed.filter((name) => !known.has(name) && !asked.includes(name))).toEqual([]);
});
