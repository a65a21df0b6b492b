import type { ServiceBroker } from "moleculer";
import { gateway as config } from "../../config/gateway.ts";
import type { ActionSchema } from "../../lib/contract.ts";
import type { RefusalEntry } from "../../lib/refusal.ts";
import type { Exchange, Page } from "./exchange.ts";
import { OWN } from "./gateway.contract.ts";
import { type Matcher, matcher } from "./matcher.ts";
import { type Shape, shapeOf } from "./shape.ts";

/** One method of one address: an action of the mesh, or a page of the gateway itself. */
export interface Operation {
	readonly method: string;
	/** `/api/v1/orders/:id` */
	readonly path: string;
	readonly context: string;
	readonly action: string;
	readonly alias: boolean;
	readonly schema: ActionSchema;
	readonly shape: Shape;
	readonly needs: Needs;
	readonly refusals: ReadonlyMap<string, RefusalEntry>;
	readonly page?: (exchange: Exchange) => Page | Promise<Page>;
	/** When the registry last had it. */
	seen_at: number;
}

/** Open to all; GraphQL, the page that takes a body, is not. */
export const isOpenPage = ({ page, shape }: Operation): boolean =>
	page !== undefined && shape.body === undefined;

/** An action that GraphQL shows. */
export interface Field {
	readonly action: string;
	readonly schema: ActionSchema;
}

export interface Needs {
	readonly key: boolean;
	readonly token: boolean;
	/** One of the two is enough. */
	readonly either: boolean;
}

export interface Table {
	readonly operations: readonly Operation[];
	readonly matcher: Matcher<Operation>;
	/** Every refusal of the mesh by its code, so that its text is found wherever it comes from. */
	readonly refusals: ReadonlyMap<string, RefusalEntry>;
	/** By `Query.stock`. */
	readonly fields: ReadonlyMap<string, Field>;
	/** What wanted a place that another has. */
	readonly conflicts: readonly string[];
}

const PREFIX = "/api/v1";
const OPEN = /^\/(api\/v1\/)?auth(\/|$)/;

/** Who must show what: everything under `/api/v1` a key, everything bound to a role a token. */
export function needsOf(path: string, roles: readonly string[]): Needs {
	const token = !roles.includes("guest");
	if (OPEN.test(path)) return { key: false, token, either: false };
	const inside = path.startsWith(`${PREFIX}/`);
	return { key: inside, token, either: !inside && !token };
}

/** The table as the registry has it now. What left lately keeps its place, and answers 503. */
export function tableOf(
	broker: ServiceBroker,
	pages: Operation[],
	last?: Table,
	now = Date.now(),
): Table {
	const known = new Map(last?.operations.map((one) => [placeOf(one), one]));
	const actions = registered(broker);
	const fresh = actions.flatMap(([name, schema]) => operationsOf(name, schema, now));
	const kept = (last?.operations ?? []).filter(({ seen_at }) => seen_at > now - config.away_ms);
	const ordered = [
		...pages,
		...fresh.filter((one) => known.get(placeOf(one))?.action === one.action), // who was first stays
		...fresh.filter((one) => known.get(placeOf(one))?.action !== one.action),
	];
	const operations: Operation[] = [];
	const conflicts: string[] = [];
	const tree = matcher<Operation>();
	for (const one of ordered) {
		if (tree.add(one.method, one.path, one)) operations.push(one);
		else conflicts.push(`${one.action} wants ${one.method} ${one.path}`);
	}
	for (const one of kept) if (tree.add(one.method, one.path, one)) operations.push(one);
	const refusals = textsOf(actions, last);
	return { operations, matcher: tree, refusals, fields: fieldsOf(actions, last), conflicts };
}

const placeOf = ({ method, path }: Operation) => `${method} ${path}`;

function registered({ registry }: ServiceBroker): [string, ActionSchema][] {
	const list: { name: string; action?: object }[] = registry.getActionList({ skipInternal: true });
	return list.flatMap(({ name, action }) => (action ? [[name, action as ActionSchema]] : []));
}

/** An action without roles is reached by nobody: a route must say who it is for. */
function operationsOf(action: string, schema: ActionSchema, seen_at: number): Operation[] {
	const { rest, aliases = [], roles, params } = schema;
	if (!roles?.length || params?.type !== "object") return [];
	const { visibility } = schema as { visibility?: string };
	if (visibility !== undefined && visibility !== "published") return [];
	const places = [
		...(rest ? [[rest.replace(" ", ` ${PREFIX}`), false] as const] : []),
		...aliases.map((alias) => [alias, true] as const),
	];
	const refusals = new Map(schema.refusals?.map((entry) => [entry.code, entry]));
	const context = action.slice(0, action.lastIndexOf("."));
	return places.map(([place, alias]) => {
		const [method = "", whole = ""] = place.split(" ");
		const path = `/${whole.split("/").filter(Boolean).join("/")}`;
		const shape = shapeOf(method, path, schema);
		const needs = needsOf(path, roles);
		return { method, path, context, action, alias, schema, shape, needs, refusals, seen_at };
	});
}

function fieldsOf(actions: readonly [string, ActionSchema][], last?: Table) {
	const now = actions.flatMap(([action, schema]) =>
		schema.graphql ? [[schema.graphql, { action, schema }] as const] : [],
	);
	return new Map([...(last?.fields ?? []), ...now]);
}

/** Also of actions without a route: what they refuse comes out through those that call them. */
function textsOf(actions: readonly [string, ActionSchema][], last?: Table) {
	const declared = actions.flatMap(([, { refusals = [] }]) => refusals);
	const own = OWN.map(({ entry }) => entry);
	const texts = [...declared, ...own].map((one) => [one.code, one] as const);
	return new Map([...(last?.refusals ?? []), ...texts]);
}
