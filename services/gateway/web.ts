import type { RequestListener, Server, ServerResponse } from "node:http";
import type { Context, Service, ServiceSchema } from "moleculer";
import ApiGateway from "moleculer-web";
import { env } from "../../config/env.ts";
import { gateway as config } from "../../config/gateway.ts";
import type { AccessLog } from "./access-log.ts";
import type { Patience } from "./drain.ts";
import type { Incoming } from "./exchange.ts";
import { hearMesh } from "./hearing.ts";
import { admit, type Door } from "./pipeline.ts";
import type { Table } from "./routes.ts";
import type { Upstreams } from "./upstreams.ts";

/** What moleculer-web puts on `this`, and what we do. */
export interface Gateway extends Service, Door {
	server: Server;
	readonly routes: object[];
	table: Table;
	limits: Door["limits"];
	admission: Door["admission"];
	pressure: Door["pressure"];
	upstreams: Upstreams;
	renewTls?: () => void;
	unwatch: () => void;
	httpHandler: RequestListener;
	accessLog: AccessLog;
	draining: boolean;
	/** What is being answered now. */
	answering: Set<ServerResponse>;
	rebuilding?: NodeJS.Timeout | undefined;
	rebuild(): void;
	routeHandler(ctx: Context, route: object, ...rest: unknown[]): Promise<unknown>;
	drain(patience?: Patience): Promise<void>;
}

interface Stock extends Partial<ServiceSchema> {
	methods: {
		httpHandler(this: Gateway, req: Incoming, res: ServerResponse): Promise<void>;
		createServer(this: Gateway): void;
	};
}
/** Its declarations lag behind its code. It listens in `started`: before that its table is whole. */
export const stock = {
	...ApiGateway,
	started: [
		async function hear(this: Gateway) {
			await hearMesh(this.broker);
			this.rebuild();
		},
		ApiGateway.started,
	],
} as unknown as Stock;

type Next = (err?: unknown) => void;

function pipeline(this: Gateway, { $ctx, exchange }: Incoming, _res: unknown, next: Next): void {
	if ($ctx && exchange) admit($ctx, exchange, this).then(() => next(), next);
}

/** One route for everything, closed to what our table does not name, with nothing of its own. */
export const settings = {
	port: env.http_port,
	ip: env.http_host,
	requestTimeout: config.request_ms,
	logRequest: null,
	logResponse: null,
	logRequestParams: null,
	logRouteRegistration: null,
	routes: [
		{
			path: "/",
			mappingPolicy: "restrict",
			mergeParams: false,
			bodyParsers: false,
			logging: false,
			aliases: {},
			use: [pipeline],
		},
	],
};

/** Every request is located by our table: moleculer-web gets one alias that stands for them all. */
export const FOUND = { alias: { action: "", handler: null }, params: {} };
