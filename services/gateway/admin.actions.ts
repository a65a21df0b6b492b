import type { Context } from "moleculer";
import { gateway as config } from "../../config/gateway.ts";
import type { Action, Params, Reply } from "../../lib/contract.ts";
import { audit } from "../audit/audit.contract.ts";
import { gateway, nodeNotFound, unavailable } from "./gateway.contract.ts";
import { circuitsOf, closeCircuits, nodesOf } from "./registry.ts";
import type { Gateway } from "./web.ts";

type Contract = typeof gateway;
type Handlers = {
	[K in keyof Contract as Contract[K] extends Action ? K : never]: (
		this: Gateway,
		ctx: Context<Params<Contract[K]>>,
	) => Promise<Reply<Contract[K]>>;
};

const RESET_LIMITS = "gateway.limits_reset";
const RESET_CIRCUITS = "gateway.circuits_reset";

const handlers: Handlers = {
	async services(ctx) {
		await told(ctx, gateway.services);
		const nodes = nodesOf(this.broker, false);
		const named = nodes.map(({ id, available, services }) => ({
			node: id,
			available,
			services: services.map(({ name }) => name).filter((name) => !name.startsWith("$")),
		}));
		return { nodes: named.sort((a, b) => (a.node < b.node ? -1 : 1)) };
	},

	async upstreams(ctx) {
		await told(ctx, gateway.upstreams);
		const items = this.upstreams.list().map((one) => ({ ...one }));
		items.sort((a, b) => (`${a.context} ${a.node}` < `${b.context} ${b.node}` ? -1 : 1));
		return { gateway: this.broker.nodeID, items };
	},

	async rateLimits(ctx) {
		await told(ctx, gateway.rateLimits);
		const { policy, isAway } = this.limits;
		const { plan, write_minute, login_minute, admin_minute, documents_minute } = config;
		const classes = { write_minute, login_minute, admin_minute, documents_minute };
		return { gateway: this.broker.nodeID, policy, is_alone: isAway, plan: { ...plan }, classes };
	},

	async circuitBreakers(ctx) {
		await told(ctx, gateway.circuitBreakers);
		const items = circuitsOf(this.broker).map(({ ep, state, count, failures }) => ({
			action: ep.action.name,
			node: ep.id,
			state,
			count,
			failures,
		}));
		return { gateway: this.broker.nodeID, items };
	},

	async drain(ctx) {
		const { node, reason } = ctx.params;
		const isThere = nodesOf(this.broker).find(({ id }) => id === node);
		if (!isThere) throw nodeNotFound({ node });
		if (!isThere.services.some(({ name }) => name === "node")) throw unavailable();
		await told(ctx, gateway.drain, node, reason);
		await ctx.call<unknown, object>("node.drain", {}, { nodeID: node });
		return { node };
	},

	async resetRateLimits(ctx) {
		const { consumer, reason } = ctx.params;
		await told(ctx, gateway.resetRateLimits, consumer, reason);
		await this.broker.broadcast(RESET_LIMITS, { consumer }, ["gateway"]);
		await this.limits.reset(consumer && `consumer:${consumer}`);
		return {};
	},

	async resetCircuitBreakers(ctx) {
		const { action, reason } = ctx.params;
		await told(ctx, gateway.resetCircuitBreakers, action, reason);
		await this.broker.broadcast(RESET_CIRCUITS, { action }, ["gateway"]);
		return { closed: closeCircuits(this.broker, action) };
	},
};

/** What administrators ask of the gateway: kept by audit before it is done, or not done. */
export const adminActions = Object.fromEntries(
	Object.entries(handlers).map(([name, handler]) => [
		name,
		{ ...gateway[name as keyof Handlers].schema, handler },
	]),
);

/** An operator's word to one gateway is meant for all. */
export const adminEvents = {
	async [RESET_LIMITS](this: Gateway, { params }: Context<{ consumer?: string }>) {
		await this.limits.reset(params.consumer && `consumer:${params.consumer}`);
	},
	[RESET_CIRCUITS](this: Gateway, { params }: Context<{ action?: string }>) {
		closeCircuits(this.broker, params.action);
	},
};

async function told(ctx: Context, { action }: Action, target?: string, reason?: string) {
	await audit.record(ctx, { act: action, ...(target && { target }), ...(reason && { reason }) });
}
