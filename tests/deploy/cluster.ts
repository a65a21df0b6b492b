import { spawnSync } from "node:child_process";
import { parseAllDocuments } from "yaml";

/** What a manifest holds, as far as these tests look. */
export interface Manifest {
	apiVersion: string;
	kind: string;
	metadata: { name: string; namespace?: string; labels?: Labels; annotations?: Labels };

	spec: any;
	data?: Record<string, string>;
}
export type Labels = Record<string, string>;
export interface Pod {
	owner: Manifest;
	labels: Labels;

	spec: any;
}

export const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;

/** A folder of kustomize, rendered. */
export function rendered(folder: string): Manifest[] {
	const { status, stdout, stderr } = spawnSync("kubectl", ["kustomize", folder], {
		encoding: "utf8",
		maxBuffer: 64 * 1_024 * 1_024,
	});
	if (status !== 0) throw new Error(stderr);
	return parseAllDocuments(stdout).map((one) => inLines(one.toJS() as Manifest));
}

/** kustomize breaks what is long into lines. */
function inLines(manifest: Manifest): Manifest {
	if (manifest.kind !== "Secret") return manifest;
	const entries = Object.entries(manifest.data ?? {});
	const data = Object.fromEntries(entries.map(([key, text]) => [key, text.replaceAll("\n", "")]));
	return { ...manifest, data };
}

/** The pods that are made of these. */
export const podsOf = (manifests: readonly Manifest[]): Pod[] =>
	manifests.flatMap((owner) => {
		const template = owner.spec?.jobTemplate?.spec.template ?? owner.spec?.template;
		return template?.spec?.containers
			? [{ owner, labels: template.metadata.labels as Labels, spec: template.spec }]
			: [];
	});

export const ofKind = (manifests: readonly Manifest[], kind: string): Manifest[] =>
	manifests.filter((one) => one.kind === kind);

const fits = (selector: { matchLabels?: Labels } | undefined, labels: Labels) =>
	Object.entries(selector?.matchLabels ?? {}).every(([name, value]) => labels[name] === value);

interface Peer {
	podSelector?: { matchLabels?: Labels };
	namespaceSelector?: unknown;
	ipBlock?: unknown;
}
interface Rule {
	from?: Peer[];
	to?: Peer[];
	ports?: { port: number }[];
}

/** Whether the policies let one pod reach a port of another, in one namespace. */
export function reaches(all: readonly Manifest[], from: Labels, to: Labels, port: number): boolean {
	return says(all, "Egress", from, to, port) && says(all, "Ingress", to, from, port);
}

function says(all: readonly Manifest[], way: string, self: Labels, other: Labels, port: number) {
	const policies = ofKind(all, "NetworkPolicy").filter(
		({ spec }) => spec.policyTypes.includes(way) && fits(spec.podSelector, self),
	);
	const rules = policies.flatMap(({ spec }) => (spec[way.toLowerCase()] ?? []) as Rule[]);
	return (
		policies.length === 0 ||
		rules.some(({ from, to, ports }) => {
			const peers = from ?? to ?? [];
			const isOpen = ports?.some((one) => one.port === port) ?? true;
			const knows = ({ podSelector, namespaceSelector, ipBlock }: Peer) =>
				!namespaceSelector && !ipBlock && fits(podSelector, other);
			return isOpen && peers.some(knows);
		})
	);
}
