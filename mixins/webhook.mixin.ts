import { lookup } from "node:dns";
import { request as http } from "node:http";
import { request as https } from "node:https";
import type { LookupFunction } from "node:net";
import { env } from "../config/env.ts";
import { mixin } from "../lib/service.ts";
import { isPublic, signedHeaders, whyRefused } from "../lib/webhook.ts";

const LIMIT_MS = 5_000;

export interface Message {
	readonly id: string;
	readonly url: string;
	readonly secret: string;
	readonly body: string;
}

/**
 * Gives the service `this.post(message)`: signed, to public addresses only, in 5 s, without
 * following redirects. Throws unless the answer is 2xx.
 */
export const webhook = mixin<{
	post(message: Message): Promise<void>;
	whyRefused(url: string): string | undefined;
}>({
	created() {
		this.whyRefused = (url) => (isAllowed(url) ? undefined : whyRefused(url));
		this.post = async (message) => {
			const why = this.whyRefused(message.url);
			if (why) throw new Error(`address refused: ${why}`);
			const status = await send(message);
			if (status < 200 || status > 299) throw new Error(`answered ${status}`);
		};
	},
});

/** For trials on one machine: hosts that would otherwise be refused. Production has none. */
const isAllowed = (url: string) => env.webhook_hosts.includes(URL.parse(url)?.host ?? "");

function send({ id, url, secret, body }: Message): Promise<number> {
	const target = new URL(url);
	const signed = signedHeaders(secret, { id, at_s: Math.floor(Date.now() / 1_000), body });
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const request = (target.protocol === "https:" ? https : http)(target, {
		method: "POST",
		agent: false,
		timeout: LIMIT_MS,
		signal: AbortSignal.timeout(LIMIT_MS),
		headers: {
			...signed,
			"content-type": "application/json",
			"content-length": Buffer.byteLength(body),
			"user-agent": "comptoir",
		},
		...(!isAllowed(url) && { lookup: onlyPublic }),
	});
	request.on("response", (answer) => {
		answer.destroy(); // what it says does not matter, however long it is
		resolve(answer.statusCode ?? 0);
	});
	request.on("error", reject);
	request.end(body);
	return promise;
}

/** The name is resolved once, and the very address that was looked at is the one called. */
const onlyPublic: LookupFunction = (host, options, found) =>
	lookup(host, { ...options, all: true }, (error, addresses) => {
		const open = (addresses ?? []).filter(({ address }) => isPublic(address));
		const [first] = open;
		if (error || !first) return found(error ?? new Error("address refused: private"), "", 0);
		if (options.all) return found(null, open);
		return found(null, first.address, first.family);
	});
