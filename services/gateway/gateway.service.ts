import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context, ServiceSchema } from "moleculer";
import { env } from "../../config/env.ts";
import { gateway as config } from "../../config/gateway.ts";
import { signed } from "../../config/identity.ts";
import { hearsChanges } from "../../mixins/changes.ts";
import { identity } from "../identity/identity.contract.ts";
import { accessLog } from "./access-log.ts";
import { arrive } from "./arrival.ts";
import { drain, type Patience } from "./drain.ts";
import type { Incoming } from "./exchange.ts";
import { gateway } from "./gateway.contract.ts";
import { graphqlOperation } from "./graphql-route.ts";
import { limiter } from "./limits.ts";
import { pagesOf } from "./pages.ts";
import { timeoutOf } from "./pipeline.ts";
import { type Said, sendPage, sendProblem, sendReply } from "./reply.ts";
import { tableOf } from "./routes.ts";
import { configure } from "./sockets.ts";
import { verdictOf } from "./verdict.ts";
import { FOUND, type Gateway, settings, stock } from "./web.ts";

/** The only way in: moleculer-web, with our pipeline in the places that it has for one. */
export default {
	name: gateway.name,
	mixins: [stock, hearsChanges(identity.name)],
	settings,

	actions: {
		addRoute: false,
		removeRoute: false,
		listAliases: false,
		rest: {
			bulkhead: { enabled: false }, // the actions behind it have theirs
			circuitBreaker: { enabled: false },
			tracing: { spanName: (ctx: Context<{ req: Incoming }>) => spanOf(ctx.params.req) },
			handler(this: Gateway, ctx: Context<{ req: Incoming; res: ServerResponse }>) {
				const { req, res } = ctx.params;
				Object.assign(req, { $ctx: ctx, parsedUrl: req.exchange?.path ?? "", query: {} });
				return this.routeHandler(ctx, this.routes[0] ?? {}, req, res, FOUND);
			},
		},
	},

	events: {
		"$services.changed"(this: Gateway) {
			this.rebuilding ??= setTimeout(() => this.rebuild(), config.rebuild_ms);
		},
		"$broker.started"(this: Gateway) {
			this.rebuild();
		},
	},

	methods: {
		httpHandler(this: Gateway, req: Incoming, res: ServerResponse) {
			const exchange = arrive(req, res, this.table);
			if (this.draining) res.setHeader("Connection", "close");
			res.once("close", () => this.accessLog.write(exchange, !res.writableFinished));
			return stock.methods.httpHandler.call(this, req, res);
		},

		/** Preflights are the pipeline's: when it has answered, nothing else is to be done. */
		corsHandler(_settings: unknown, _req: Incoming, res: ServerResponse) {
			return res.writableEnded;
		},

		/** By name: an endpoint chosen before the params are known would not be the key's. */
		async aliasHandler(this: Gateway, { exchange, $ctx }: Incoming) {
			if (!exchange?.operation || !$ctx) return;
			const { operation, params, headers, scope } = exchange;
			if (operation.page) return sendPage(exchange, await operation.page(exchange));
			const called = performance.now();
			const calling = $ctx.call<unknown, object>(operation.action, params, {
				headers: { ...headers, identity: signed(scope) },
				timeout: timeoutOf(operation, exchange.wait),
			});
			const reply = await calling.finally(() => {
				exchange.upstream_ms = performance.now() - called;
			});
			sendReply(exchange, reply, $ctx.meta as Said);
		},

		async errorHandler(this: Gateway, { exchange }: Incoming, _res: unknown, err: unknown) {
			if (!exchange) return;
			const problem = await verdictOf(this, exchange, err);
			if (problem.status >= 500 && !isSaid(err))
				this.logger.error("a request failed", { err, request_id: exchange.id });
			sendProblem(exchange, problem);
		},

		rebuild(this: Gateway) {
			clearTimeout(this.rebuilding);
			this.rebuilding = undefined;
			this.table = tableOf(this.broker, [...pagesOf(this), graphqlOperation(this)], this.table);
			for (const conflict of this.table.conflicts)
				this.logger.error("a route is refused: its place is taken", { conflict });
		},

		/** From here on nobody new is let in; those who are in are answered. */
		async drain(this: Gateway, patience: Patience = {}) {
			this.draining = true;
			await drain(this.server, { grace_ms: config.drain_ms, ...patience });
		},
	},

	created(this: Gateway) {
		this.draining = false;
		this.limits = limiter(config.buckets_max);
		this.accessLog = accessLog(env.access_log, this.broker.nodeID);
		this.rebuild();
		configure(this.server);
	},

	started(this: Gateway) {
		const { port } = this.server.address() as AddressInfo;
		this.logger.info("the gateway listens", { port });
	},

	async stopped(this: Gateway) {
		await this.drain();
		clearTimeout(this.rebuilding); // others have left meanwhile, and asked for one more
		this.accessLog.close();
	},
} as unknown as ServiceSchema;

/** A refusal is an answer, whatever its status: the access log has its code. */
const isSaid = (err: unknown) => (err as Error | null)?.name === "MoleculerClientError";

const spanOf = ({ method, exchange }: Incoming) =>
	`${method} ${exchange?.operation?.path ?? "unmatched"}`;
