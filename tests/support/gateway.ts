import { createHash } from "node:crypto";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import type { ServiceSchema } from "moleculer";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { answer } from "../../lib/http.ts";
import { refusal } from "../../lib/refusal.ts";
import { scopeOf } from "../../lib/scope.ts";
import { service } from "../../lib/service.ts";
import gatewayService from "../../services/gateway/gateway.service.ts";
import { identity, unauthenticated } from "../../services/identity/identity.contract.ts";
import { broker } from "./broker.ts";
import { stub } from "./stub.ts";

export const notBrewed = refusal(
	"OUT_OF_TEA",
	409,
	{ fr: "Plus que {left} tasses.", en: "Only {left} cups are left." },
	{ fr: "Thé épuisé", en: "Out of tea" },
);
export const tooOld = refusal("VERSION_CONFLICT", 412, { fr: "Dépassé", en: "Outdated" });

const Cup = Type.Object({ id: Type.String(), sugar: Type.Integer(), version: Type.Integer() });
const Seen = Type.Object({
	params: Type.Unknown(),
	headers: Type.Unknown(),
	scope: Type.Unknown(),
});

/** A context for the gateway to show: each action is one matter of HTTP. */
export const tea = contract("tea", {
	list: action({
		summary: "Cups on the shelf",
		rest: "GET /cups",
		aliases: ["GET /api/tasses/"],
		roles: ["guest"],
		params: {
			limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
			tags: Type.Optional(Type.Array(Type.String())),
		},
		returns: Type.Object({ items: Type.Array(Cup), asked: Type.Unknown() }),
	}),
	get: action({
		summary: "A cup",
		rest: "GET /cups/:id",
		roles: ["guest"],
		versioned: true,
		params: { id: Type.String({ pattern: "^[a-z0-9]+$" }) },
		returns: Cup,
	}),
	change: action({
		summary: "Sweeten a cup",
		rest: "PUT /cups/:id",
		roles: ["head_office"],
		versioned: true,
		params: { id: Type.String(), sugar: Type.Integer({ minimum: 0 }) },
		returns: Cup,
		refusals: [tooOld],
	}),
	brew: action({
		summary: "Order tea",
		rest: "POST /brews",
		aliases: ["POST /api/brew"],
		roles: ["customer", "admin"],
		query: ["wait", "note"],
		idempotency: "required",
		status: 202,
		location: "/api/v1/brews/{id}",
		params: {
			cup_id: Type.String(),
			note: Type.Optional(Type.String()),
			card: Type.Optional(Type.String({ writeOnly: true })),
			lines: Type.Optional(
				Type.Array(Type.Object({ leaf: Type.String(), grams: Type.Integer({ minimum: 1 }) })),
			),
		},
		returns: Type.Object({ id: Type.String(), ...Seen.properties }),
		refusals: [notBrewed],
	}),
	echo: action({
		summary: "What reached the action",
		rest: "POST /echo",
		roles: ["guest"],
		query: ["qty"],
		params: { qty: Type.Optional(Type.Integer()), text: Type.Optional(Type.Unknown()) },
		returns: Seen,
	}),
	fail: action({
		summary: "Goes wrong as asked",
		rest: "GET /failures/:how",
		roles: ["guest"],
		params: { how: Type.String() },
		timeout: 200,
		refusals: [notBrewed],
	}),
	pour: action({
		summary: "Moves stock",
		rest: "POST /pours",
		roles: ["guest"],
		limit: "write",
		params: {},
		returns: Type.Object({}),
	}),
	hidden: action({ summary: "Only for the mesh", params: {}, returns: Type.String() }),
});

const fails: Record<string, () => unknown> = {
	refused: () => Promise.reject(notBrewed({ left: 2, saga_id: "saga_1" })),
	bug: () => Promise.reject(new Error("SQLITE_ERROR: no such column secret")),
	slow: () => new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
};

export const teaService = service(tea, {
	actions: {
		async list({ params }) {
			return { items: [{ id: "a", sugar: 1, version: 1 }], asked: params };
		},
		async get({ params }) {
			return { id: params.id, sugar: 1, version: 7 };
		},
		async change({ params, headers }) {
			if (headers?.if_match !== '"7"') throw tooOld();
			return { ...params, version: 8 };
		},
		async brew(ctx) {
			if (ctx.params.cup_id === "none") throw notBrewed({ left: 0 });
			if (ctx.params.cup_id === "again") Object.assign(ctx.meta, { $replayed: true });
			if (ctx.params.cup_id === "made") answer(ctx, { status: 201, location: "/here" });
			return { id: "b1", params: ctx.params, headers: ctx.headers, scope: scopeOf(ctx) };
		},
		async echo(ctx) {
			Object.assign(ctx.meta, { user: "evil" });
			return { params: ctx.params, headers: ctx.headers, scope: scopeOf(ctx) };
		},
		async fail({ params }) {
			await fails[params.how]?.();
		},
		async pour() {
			return {};
		},
		async hidden() {
			return "secret";
		},
	},
});

const hash = (key: string) => createHash("sha256").update(key).digest("base64url");
const consumers = new Map(
	[
		{ key_id: "k1", consumer: "tests", scopes: ["*"], unlimited: true },
		{ key_id: "k2", consumer: "plain", scopes: ["customer"] },
		{ key_id: "k3", consumer: "small", scopes: ["customer"], quota_minute: 5 },
		{ key_id: "k4", consumer: "mine", scopes: ["customer"], quota_minute: 500, quota_hour: 2_000 },
	].map((one) => [hash(`${one.consumer}-key`), one]),
);

/** Knows the keys `tests-key`, `plain-key`, `small-key`, `mine-key`, and tokens `role` or `role.id`. */
export const identityStub = stub(identity, {
	async verifyKey({ params }) {
		const consumer = consumers.get(params.key_hash);
		if (!consumer) throw unauthenticated();
		return consumer;
	},
	async verifyToken({ params }) {
		const [role = "", id] = params.token.split(".");
		if (role === "broken") throw unauthenticated();
		const own = id === undefined ? {} : { customer_id: id };
		return { user_id: `usr_${role}`, username: role, role, expires_at: 2e9, ...own };
	},
});

export interface Heard {
	status: number;
	headers: IncomingHttpHeaders;
	text: string;
	body: any;
}
export interface Asked {
	method?: string;
	headers?: Record<string, string | string[]>;
	body?: string | Buffer;
	json?: unknown;
	agent?: any;
}

/** A broker with a gateway on a free port, and a way to speak HTTP to it, byte for byte. */
export async function shop(
	services: ServiceSchema[] = [identityStub, teaService],
	door: ServiceSchema = gatewayService,
) {
	const made = broker([...services, door]);
	await made.start();
	const { server } = made.getLocalService(door.name) as unknown as { server: any };
	const { port } = server.address() as AddressInfo;
	return {
		broker: made,
		port,
		server,
		ask: (path: string, asked?: Asked) => ask(port, path, asked),
	};
}
export type Shop = Awaited<ReturnType<typeof shop>>;

export const KEY = { "x-api-key": "tests-key" };
export const bearer = (token: string) => ({ ...KEY, authorization: `Bearer ${token}` });

export function ask(port: number, path: string, asked: Asked = {}): Promise<Heard> {
	const { method = "GET", headers = {}, agent } = asked;
	const body = asked.json === undefined ? asked.body : JSON.stringify(asked.json);
	const all =
		asked.json === undefined ? headers : { "content-type": "application/json", ...headers };
	return new Promise((resolve, reject) => {
		const sent = httpRequest({ port, path, method, headers: all, agent }, (res) => {
			const chunks: Buffer[] = [];
			res.on("data", (chunk) => chunks.push(chunk));
			res.on("end", () => {
				const text = Buffer.concat(chunks).toString();
				const isJson = /json/.test(res.headers["content-type"] ?? "");
				const parsed = isJson && text ? JSON.parse(text) : undefined;
				resolve({ status: res.statusCode ?? 0, headers: res.headers, text, body: parsed });
			});
		});
		sent.on("error", reject);
		sent.end(body);
	});
}
