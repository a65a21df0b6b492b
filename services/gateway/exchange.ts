import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "moleculer";
import type { Language } from "../../lib/refusal.ts";
import type { Scope } from "../../lib/scope.ts";
import type { Consumer } from "../identity/identity.contract.ts";
import type { Operation } from "./routes.ts";

/** All that is known of one request. Each step of the pipeline adds what it found out. */
export interface Exchange {
	readonly req: Incoming;
	readonly res: ServerResponse;
	readonly id: string;
	readonly started: number;
	readonly locale: Language;
	readonly address: string;
	path: string;
	search: string;
	/** What the address itself has wrong; said once the steps before it have passed. */
	fault?: unknown;
	operation?: Operation;
	/** The methods of the address. */
	allow?: string;
	/** The values of the path's parameters, in order. */
	values: readonly string[];
	consumer?: Consumer;
	scope: Scope;
	/** Where it takes up room until it is answered. */
	rooms?: readonly string[];
	/** Its budget has been asked, be it unlimited. */
	charged: boolean;
	params: Record<string, unknown>;
	headers: Record<string, string | number>;
	wait?: number;
	/** The list of the reply is to be sent as a table of text. */
	isCsv?: boolean;
	/** The refusal that answered it. */
	code?: string;
	upstream_ms?: number;
	bytes_in: number;
	bytes_out: number;
}

/** The request as moleculer-web hands it round. */
export interface Incoming extends IncomingMessage {
	exchange?: Exchange;
	$ctx?: Context;
	originalUrl?: string;
	parsedUrl?: string;
	query?: object;
}

/** What a page or an action answers with, before it is bytes. */
export interface Page {
	readonly status?: number;
	readonly type: string;
	readonly body: string;
	readonly headers?: Readonly<Record<string, string>>;
}
