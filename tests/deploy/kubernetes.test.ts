import { describe, expect, test } from "@jest/globals";
import * as apps from "kubernetes-models/apps/v1";
import * as autoscaling from "kubernetes-models/autoscaling/v2";
import * as batch from "kubernetes-models/batch/v1";
import * as networking from "kubernetes-models/networking.k8s.io/v1";
import * as policy from "kubernetes-models/policy/v1";
import * as core from "kubernetes-models/v1";
import { CONTEXTS } from "../../config/topology.ts";
import { edges } from "../../scripts/edges.ts";
import { settings } from "../../scripts/settings.ts";
import {
	hasKubectl,
	type Labels,
	type Manifest,
	ofKind,
	podsOf,
	reaches,
	rendered,
} from "./cluster.ts";

type Model = new (data: never) => { validate(): void };
const MODELS: Record<string, object> = {
	v1: core,
	"apps/v1": apps,
	"autoscaling/v2": autoscaling,
	"batch/v1": batch,
	"networking.k8s.io/v1": networking,
	"policy/v1": policy,
};
/** Of operators: their types are not among Kubernetes' own. */
const OPERATORS: Record<string, readonly string[]> = {
	PodMonitor: ["selector", "podMetricsEndpoints"],
	ScaledObject: [
		"scaleTargetRef",
		"minReplicaCount",
		"maxReplicaCount",
		"cooldownPeriod",
		"triggers",
	],
	ExternalSecret: ["refreshInterval", "secretStoreRef", "target", "dataFrom"],
	Certificate: [
		...["isCA", "commonName", "secretName", "duration", "renewBefore", "privateKey"],
		...["usages", "dnsNames", "issuerRef"],
	],
	Issuer: ["selfSigned", "ca"],
	Cluster: [
		...["instances", "imageName", "inheritedMetadata", "bootstrap", "postgresql", "storage"],
		...["resources", "affinity"],
	],
};
const OVERLAYS = ["dev", "staging", "prod"] as const;
const known = new Set(settings().map(({ name }) => `RETAIL_${name}`));
const OURS = [
	"NODE_ENV",
	"NODE_OPTIONS",
	"NODE_EXTRA_CA_CERTS",
	"INSTANCE_ID",
	"CONTEXT",
	"NATS_PASSWORD",
];

const named = (all: readonly Manifest[], kind: string, name: string) =>
	ofKind(all, kind).find(({ metadata }) => metadata.name === name) as Manifest;
const contextPods = (all: readonly Manifest[]) =>
	podsOf(ofKind(all, "Deployment")).map((pod) => ({ ...pod, container: pod.spec.containers[0] }));

const described = hasKubectl ? describe : describe.skip; // `npm run verify` says that it was not run

described.each(OVERLAYS)("k8s/overlays/%s", (overlay) => {
	const all = hasKubectl ? rendered(`k8s/overlays/${overlay}`) : [];

	test("DEP-01 every manifest fits the types of Kubernetes, or of the operator that it is for", () => {
		for (const manifest of all) {
			const model = (MODELS[manifest.apiVersion] as Record<string, Model> | undefined)?.[
				manifest.kind
			];
			if (model) new model(manifest as never).validate();
			else {
				const fields = OPERATORS[manifest.kind] ?? [];
				const other = Object.keys(manifest.spec).filter((field) => !fields.includes(field));
				expect([manifest.kind, fields.length > 0, other]).toEqual([manifest.kind, true, []]);
			}
		}
	});

	test("DEP-01 DEP-19 CI-06 a deployment for each context, named after it, from one image", () => {
		const found = contextPods(all).map(({ owner, container, labels }) => [
			...[owner.metadata.name, container.name, labels.app, labels["part-of"], container.args],
		]);
		const wanted = CONTEXTS.map((name) => [name, name, name, "comptoir", ["start.ts", name]]);
		expect(found.sort()).toEqual(wanted.sort());
		expect(new Set(contextPods(all).map(({ container }) => container.image)).size).toBe(1);
	});

	test("HA-03 instances of a context are told apart by the names of their pods", () => {
		for (const { container } of contextPods(all))
			expect(container.env).toContainEqual({
				name: "INSTANCE_ID",
				valueFrom: { fieldRef: { fieldPath: "metadata.name" } },
			});
	});

	test("DEP-14 whatever runs is nobody special, writes nowhere but where it must, and has limits", () => {
		for (const { owner, spec } of podsOf(all)) {
			const { runAsNonRoot, runAsUser, seccompProfile } = spec.securityContext;
			const [container, ...others] = spec.containers;
			expect([owner.metadata.name, others, spec.automountServiceAccountToken]).toEqual([
				owner.metadata.name,
				[],
				false,
			]);
			expect([runAsNonRoot, runAsUser > 0, seccompProfile]).toEqual([
				true,
				true,
				{ type: "RuntimeDefault" },
			]);
			expect(container.securityContext).toEqual({
				allowPrivilegeEscalation: false,
				readOnlyRootFilesystem: true,
				capabilities: { drop: ["ALL"] },
			});
			expect([owner.metadata.name, Object.keys(container.resources.limits)]).toEqual([
				owner.metadata.name,
				["cpu", "memory"],
			]);
			for (const { name } of spec.volumes ?? [])
				expect(container.volumeMounts.map((one: { name: string }) => one.name)).toContain(name);
		}
		const [space] = ofKind(all, "Namespace");
		expect(space?.metadata.labels?.["pod-security.kubernetes.io/enforce"]).toBe("restricted");
		for (const { kind, metadata } of all.filter(({ kind }) => kind !== "Namespace"))
			expect([kind, metadata.name, metadata.namespace]).toEqual([
				kind,
				metadata.name,
				space?.metadata.name,
			]);
	});

	test("HA-04 HA-10 each context is asked whether it has started, may be sent requests, and lives", () => {
		for (const { owner, container } of contextPods(all)) {
			const { startupProbe, readinessProbe, livenessProbe, ports } = container;
			const paths = [startupProbe, readinessProbe, livenessProbe].map(({ httpGet }) => [
				httpGet.path,
				httpGet.port,
			]);
			expect([owner.metadata.name, paths]).toEqual([
				owner.metadata.name,
				["startup", "ready", "live"].map((what) => [`/health/${what}`, "ops"]),
			]);
			expect(ports).toContainEqual(expect.objectContaining({ name: "ops", containerPort: 9464 }));
		}
	});

	test("HA-07 each has its limits, the gateway more, in production the most", () => {
		const gateway = overlay === "prod" ? { cpu: "2", memory: "2Gi" } : { cpu: "1", memory: "1Gi" };
		for (const { owner, container } of contextPods(all)) {
			const usual = { cpu: "500m", memory: "512Mi" };
			const { name } = owner.metadata;
			expect([name, container.resources.limits]).toEqual([
				name,
				name === "gateway" ? gateway : usual,
			]);
		}
		if (overlay !== "prod")
			expect(
				named(all, "Deployment", "gateway").spec.template.spec.containers[0].resources.requests,
			).toEqual({ cpu: "500m", memory: "512Mi" });
	});

	test("HA-06 HA-09 HA-15 each scales by itself; the gateway has two replicas, in production three", () => {
		for (const { owner } of contextPods(all)) {
			const { name } = owner.metadata;
			expect([name, owner.spec.replicas]).toEqual([name, undefined]);
			if (name === "metrics") continue; // one reads what all would read
			const { spec } = named(all, "HorizontalPodAutoscaler", name);
			expect([name, spec.scaleTargetRef.name, spec.maxReplicas > 1]).toEqual([name, name, true]);
			expect(spec.metrics[0].resource.target).toEqual({
				type: "Utilization",
				averageUtilization: 65,
			});
			expect(spec.behavior.scaleDown.stabilizationWindowSeconds).toBe(300);
		}
		const { minReplicas, maxReplicas } = named(all, "HorizontalPodAutoscaler", "gateway").spec;
		expect([minReplicas, maxReplicas > minReplicas]).toEqual([overlay === "prod" ? 3 : 2, true]);
	});

	test("HA-05 never more than one of a kind is taken out at a time, and each has a kind", () => {
		for (const { owner } of contextPods(all)) {
			const { name } = owner.metadata;
			const { spec } = named(all, "PodDisruptionBudget", name);
			expect([spec.maxUnavailable, spec.selector.matchLabels]).toEqual([1, { app: name }]);
			expect(owner.spec.selector.matchLabels).toEqual({ app: name });
			expect(owner.spec.strategy.rollingUpdate).toEqual({ maxUnavailable: 0, maxSurge: 1 });
			expect(owner.spec.template.spec.serviceAccountName).toBe(name);
			expect(named(all, "ServiceAccount", name)).toBeDefined();
		}
	});

	test("DEP-14 DEP-15 each edge of the mesh goes over NATS: contexts reach it, their stores, and no other context", async () => {
		const pods = new Map(contextPods(all).map(({ labels }) => [labels.app as string, labels]));
		const reach = (labels: Labels | undefined, to: Labels, port: number) =>
			reaches(all, labels ?? {}, to, port);
		const ends = (await edges()).flatMap(({ context, calls, hears }) => [
			context,
			...calls,
			...hears,
		]);
		expect(ends.filter((name) => !reach(pods.get(name), { app: "nats" }, 4222))).toEqual([]);
		const database = { app: "any", database: "comptoir" };
		for (const labels of pods.values()) {
			expect(reach(labels, database, 5432) && reach(labels, { app: "redis" }, 6379)).toBe(true);
			const others = [...pods.values()].flatMap((one) =>
				[8080, 9464, 3030].map((door) => reach(labels, one, door)),
			);
			expect([labels.app, others.includes(true)]).toEqual([labels.app, false]);
		}
		expect(reach({ app: "nats" }, { app: "nats" }, 6222)).toBe(true);
		expect(reach({ app: "stranger" }, { app: "nats" }, 4222)).toBe(false);
		expect(reach({ app: "stranger" }, database, 5432)).toBe(false);
	});

	test("DEP-18 every setting that it gives is one of the product's, and secrets come by reference", () => {
		const maps = ofKind(all, "ConfigMap").filter(({ metadata }) =>
			metadata.name.startsWith("comptoir-env"),
		);
		const given = maps.flatMap(({ data = {} }) => Object.keys(data));
		const inPods = contextPods(all).flatMap(
			({ container }) => container.env as { name: string; value?: string }[],
		);
		const names = [...given, ...inPods.map(({ name }) => name)];
		expect(names.filter((name) => !known.has(name) && !OURS.includes(name))).toEqual([]);
		const secret = /(SECRET|PASSWORD|TOKEN|_KEY)$/;
		expect(inPods.filter(({ name, value }) => secret.test(name) && value !== undefined)).toEqual(
			[],
		);
		expect(given.filter((name) => secret.test(name))).toEqual([]);
		if (overlay !== "dev") expect(ofKind(all, "Secret")).toEqual([]);
	});

	test("DEP-16 NATS is three servers, each on its own machine, taken out one at a time", () => {
		const { spec } = named(all, "StatefulSet", "nats");
		expect([spec.replicas, spec.podManagementPolicy]).toEqual([3, "Parallel"]);
		expect(named(all, "PodDisruptionBudget", "nats").spec.maxUnavailable).toBe(1);
		const [map] = ofKind(all, "ConfigMap").filter(({ metadata }) =>
			metadata.name.startsWith("comptoir-env"),
		);
		expect(map?.data?.RETAIL_NATS_REPLICAS).toBe("3");
		const { data = {} } = ofKind(all, "ConfigMap").find(({ metadata }) =>
			metadata.name.startsWith("nats-config"),
		) as Manifest;
		expect(Object.keys(data).sort()).toEqual(["acl.conf", "prod.conf", "tls.conf"]);
	});
});

described("in base", () => {
	test("D19 DEP-14 no secret is written down", () => {
		expect(hasKubectl ? ofKind(rendered("k8s/base"), "Secret") : []).toEqual([]);
	});

	test("HA-06 with KEDA the gateway scales by its rate of requests too, readers by how far they are behind", () => {
		const prod = rendered("tests/deploy/keda");
		const scaled = ofKind(prod, "ScaledObject").map(({ spec }) => [
			spec.scaleTargetRef.name,
			spec.triggers.map(({ type }: { type: string }) => type),
		]);
		expect(scaled).toEqual([
			["audit", ["prometheus"]],
			["gateway", ["cpu", "prometheus"]],
			["notifications", ["prometheus"]],
		]);
		const left = ofKind(prod, "HorizontalPodAutoscaler").map(({ metadata }) => metadata.name);
		expect(left).not.toEqual(expect.arrayContaining(["gateway"]));
		expect(left).toHaveLength(CONTEXTS.length - 4);
	});
});
