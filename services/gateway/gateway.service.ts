import type { ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Context, ServiceSchema } from "moleculer";
import { env } from "../../config/env.ts";
import { gateway as config } from "../../config/gateway.ts";
import { hearsChanges } from "../../mixins/changes.ts";
import { identity } from "../identity/identity.contract.ts";
import { accessLog } from "./access-log.ts";
import { adminActions, adminEvents } from "./admin.actions.ts";
import { admission } from "./admission.ts";
import { answer, told } from "./answer.ts";
import { arrive } from "./arrival.ts";
import { limitsOf, watch } from "./door.ts";
import { askToGo, drain, type Patience } from "./drain.ts";
import type { Incoming } from "./exchange.ts";
import { gateway } from "./gateway.contract.ts";
import { graphqlOperation } from "./graphql-route.ts";
import { arrived, ended } from "./metrics.ts";
import { pagesOf } from "./pages.ts";
import { pressure } from "./pressure.ts";
import { sendProblem } from "./reply.ts";
import { tableOf } from "./routes.ts";
import { configure } from "./sockets.ts";
import { hasTls, renew, secureServer } from "./tls.ts";
import { traced } from "./traced.ts";
import { upstreams } from "./upstreams.ts";
import { verdictOf } from "./verdict.ts";
import { FOUND, type Gateway, settings, stock } from "./web.ts";

/** The only way in: moleculer-web, with our pipeline in the places that it has for one. */
export default {
	name: gateway.name,
	mixins: [stock, hearsChanges(identity.name)],
	settings,

	actions: {
		...adminActions,
		addRoute: false,
		removeRoute: false,
		listAliases: false,
		rest: {
			bulkhead: { enabled: false }, // the actions behind it have theirs
			circuitBreaker: { enabled: false },
			tracing: traced,
			handler(this: Gateway, ctx: Context<{ req: Incoming; res: ServerResponse }>) {
				const { req, res } = ctx.params;
				Object.assign(req, { $ctx: ctx, parsedUrl: req.exchange?.path ?? "", query: {} });
				return this.routeHandler(ctx, this.routes[0] ?? {}, req, res, FOUND);
			},
		},
	},

	events: {
		...adminEvents,
		"$services.changed"(this: Gateway) {
			this.rebuilding ??= setTimeout(() => this.rebuild(), config.rebuild_ms);
		},
		"$broker.started"(this: Gateway) {
			this.rebuild();
		},
	},

	methods: {
		createServer(this: Gateway) {
			if (!hasTls()) return stock.methods.createServer.call(this);
			const server = secureServer(this.httpHandler);
			this.server = server;
			this.renewTls = () => renew(server);
		},

		httpHandler(this: Gateway, req: Incoming, res: ServerResponse) {
			const exchange = arrive(req, res, this.table);
			arrived();
			if (this.draining) askToGo(res);
			this.answering.add(res);
			res.once("close", () => {
				this.answering.delete(res);
				const isAborted = !res.writableFinished;
				this.admission.leave(exchange);
				told(exchange);
				ended(exchange, isAborted);
				this.accessLog.write(exchange, isAborted);
			});
			return stock.methods.httpHandler.call(this, req, res);
		},

		/** Preflights are the pipeline's: when it has answered, nothing else is to be done. */
		corsHandler(_settings: unknown, _req: Incoming, res: ServerResponse) {
			return res.writableEnded;
		},

		async aliasHandler({ exchange, $ctx }: Incoming) {
			if (exchange && $ctx) await answer(exchange, $ctx);
		},

		async errorHandler(this: Gateway, { exchange }: Incoming, _res: unknown, err: unknown) {
			if (!exchange) return;
			const problem = await verdictOf(this, exchange, err);
			const said = problem.status === 500 ? "error" : "warn"; // a defect; somebody is away
			if (problem.status >= 500 && !isSaid(err))
				this.logger[said]("a request failed", { err, request_id: exchange.id });
			sendProblem(exchange, problem);
		},

		rebuild(this: Gateway) {
			clearTimeout(this.rebuilding);
			this.rebuilding = undefined;
			this.upstreams.look();
			this.table = tableOf(this.broker, [...pagesOf(this), graphqlOperation(this)], this.table);
			for (const conflict of this.table.conflicts)
				this.logger.error("a route is refused: its place is taken", { conflict });
		},

		/** From here on nobody new is let in; those who are in are answered. */
		async drain(this: Gateway, patience: Patience = {}) {
			this.draining = true;
			for (const res of this.answering) askToGo(res);
			await drain(this.server, { grace_ms: config.drain_ms, ...patience });
		},
	},

	created(this: Gateway) {
		this.draining = false;
		this.answering = new Set();
		this.admission = admission();
		this.limits = limitsOf(this.broker);
		this.pressure = pressure();
		this.upstreams = upstreams(this.broker);
		this.accessLog = accessLog(env.access_log, this.broker.nodeID);
		this.rebuild();
		configure(this.server);
		this.unwatch = watch(this);
	},

	started(this: Gateway) {
		const { port } = this.server.address() as AddressInfo;
		this.logger.info("the gateway listens", { port });
	},

	async stopped(this: Gateway) {
		await this.drain();
		clearTimeout(this.rebuilding); // others have left meanwhile, and asked for one more
		this.unwatch();
		this.accessLog.close();
	},
} as unknown as ServiceSchema;

/** A refusal is an answer, whatever its status: the access log has its code. */
const isSaid = (err: unknown) => (err as Error | null)?.name === "MoleculerClientError";
