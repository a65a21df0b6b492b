import { createHmac, randomBytes } from "node:crypto";
import { BlockList, isIP } from "node:net";

const PREFIX = "whsec_";
const SECRET_BYTES = 24;

export const newSecret = () => `${PREFIX}${randomBytes(SECRET_BYTES).toString("base64")}`;

/**
 * The headers of a signed message, as Standard Webhooks has them
 * (https://www.standardwebhooks.com): `v1,` and the base64 of HMAC-SHA256 over
 * `id.timestamp.body`. `at_s` is in seconds.
 */
export function signedHeaders(secret: string, { id, at_s, body }: Signing): Record<string, string> {
	const key = Buffer.from(secret.slice(PREFIX.length), "base64");
	const seal = createHmac("sha256", key).update(`${id}.${at_s}.${body}`).digest("base64");
	return { "webhook-id": id, "webhook-timestamp": String(at_s), "webhook-signature": `v1,${seal}` };
}
interface Signing {
	id: string;
	at_s: number;
	body: string;
}

/** Why an address must not be called, whatever it resolves to; nothing, if it may be. */
export function whyRefused(text: string): string | undefined {
	const url = URL.parse(text);
	if (!url) return "no URL";
	if (url.protocol !== "http:" && url.protocol !== "https:") return "protocol";
	if (url.username || url.password) return "credentials";
	if (!["", "80", "443"].includes(url.port)) return "port";
	const host = url.hostname.replace(/^\[|\]$/g, "");
	if (isIP(host)) return isPublic(host) ? undefined : "private";
	return /\.(localhost|local|internal|home|lan)\.?$|^[^.]+\.?$/i.test(host) ? "host" : undefined;
}

/** Addresses that are not of the public internet (RFC 6890 and its registries). */
const closed = new BlockList();
for (const [net, prefix] of [
	["0.0.0.0", 8],
	["10.0.0.0", 8],
	["100.64.0.0", 10],
	["127.0.0.0", 8],
	["169.254.0.0", 16],
	["172.16.0.0", 12],
	["192.0.0.0", 24],
	["192.0.2.0", 24],
	["192.88.99.0", 24],
	["192.168.0.0", 16],
	["198.18.0.0", 15],
	["198.51.100.0", 24],
	["203.0.113.0", 24],
	["224.0.0.0", 3],
] as const)
	closed.addSubnet(net, prefix, "ipv4");

/** Of IPv6 only the global unicast space, less what is for documents, tunnels and tests. */
const open6 = new BlockList();
open6.addSubnet("2000::", 3, "ipv6");
const closed6 = new BlockList();
for (const [net, prefix] of [
	["2001::", 23],
	["2001:db8::", 32],
	["2002::", 16],
	["3fff::", 20],
] as const)
	closed6.addSubnet(net, prefix, "ipv6");

export function isPublic(address: string): boolean {
	if (isIP(address) === 4) return !closed.check(address, "ipv4");
	return isIP(address) === 6 && open6.check(address, "ipv6") && !closed6.check(address, "ipv6");
}
