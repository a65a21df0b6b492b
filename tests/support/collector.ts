import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A span as a collector is sent it by OTLP, less what no test looks at. */
export interface Seen {
	readonly traceId: string;
	readonly spanId: string;
	readonly parentSpanId?: string;
	readonly name: string;
	readonly service: string;
	readonly status: { readonly code: number; readonly message?: string };
}
interface Sent {
	readonly resourceSpans: readonly {
		readonly resource: {
			readonly attributes: readonly { readonly value: { stringValue: string } }[];
		};
		readonly scopeSpans: readonly { readonly spans: readonly Omit<Seen, "service">[] }[];
	}[];
}

/** A collector of spans on loopback, which keeps what it is sent. */
export async function startCollector() {
	const spans: Seen[] = [];
	const bodies: unknown[] = [];
	const server = createServer((req, res) => {
		const parts: Buffer[] = [];
		req.on("data", (part: Buffer) => parts.push(part));
		req.on("end", () => {
			const body = JSON.parse(String(Buffer.concat(parts)));
			bodies.push(body);
			if (req.url === "/v1/traces") spans.push(...spansIn(body));
			res.end();
		});
	});
	await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}`,
		spans,
		bodies,
		async stop() {
			server.closeAllConnections();
			await new Promise((closed) => server.close(closed));
		},
	};
}

const spansIn = ({ resourceSpans }: Sent): Seen[] =>
	resourceSpans.flatMap(({ resource, scopeSpans }) =>
		scopeSpans.flatMap(({ spans }) =>
			spans.map((span) => ({ ...span, service: resource.attributes[0]?.value.stringValue ?? "" })),
		),
	);
