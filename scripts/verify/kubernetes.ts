import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** As much of Kubernetes as `kubectl scale` speaks to. */
export async function clusterOf(
	{ name, namespace }: { readonly name: string; readonly namespace: string },
	scale: (replicas: number) => Promise<void>,
) {
	const apps = "/apis/apps/v1";
	const object = `${apps}/namespaces/${namespace}/deployments/${name}`;
	let replicas = 1;
	const about = { name, namespace, uid: "1", resourceVersion: "1" };
	const scaleOf = () => ({
		...{ kind: "Scale", apiVersion: "autoscaling/v1", metadata: about },
		...{ spec: { replicas }, status: { replicas, selector: `app=${name}` } },
	});
	const versions = [{ groupVersion: "apps/v1", version: "v1" }];
	const kind = { name: "deployments", singularName: "deployment", namespaced: true };
	const verbs = ["get", "patch", "update"];
	const sub = { ...kind, name: "deployments/scale", group: "autoscaling", version: "v1" };
	const pages: Record<string, () => object> = {
		"/api": () => ({ kind: "APIVersions", versions: [] }),
		"/apis": () => ({
			...{ kind: "APIGroupList", apiVersion: "v1" },
			groups: [{ name: "apps", versions, preferredVersion: versions[0] }],
		}),
		[apps]: () => ({
			...{ kind: "APIResourceList", groupVersion: "apps/v1" },
			resources: [
				{ ...kind, kind: "Deployment", verbs },
				{ ...sub, kind: "Scale", verbs },
			],
		}),
		[object]: () => ({
			...{ kind: "Deployment", apiVersion: "apps/v1", metadata: about },
			spec: { replicas },
		}),
		[`${object}/scale`]: scaleOf,
	};
	const answer = async (request: IncomingMessage, response: ServerResponse) => {
		const { pathname } = new URL(request.url ?? "", "http://cluster");
		const page = pages[pathname];
		if (request.method !== "GET" && page) {
			let body = "";
			for await (const chunk of request) body += chunk;
			replicas = JSON.parse(body).spec.replicas;
			await scale(replicas);
		}
		response.writeHead(page ? 200 : 404, { "Content-Type": "application/json" });
		response.end(JSON.stringify(page?.() ?? { kind: "Status", status: "Failure", code: 404 }));
	};
	const server = createServer((request, response) => void answer(request, response));
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const { port } = server.address() as AddressInfo;
	return { url: `http://127.0.0.1:${port}`, close: () => server.close() };
}
