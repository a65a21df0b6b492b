import type { ConnectionOptions } from "nats";

/** What is answered to one user, no other may read: see `npm run nats:acl`. */
export const inboxOf = (user: string) => `_INBOX_${user}`;

/**
 * How to reach NATS: `nats://user:password@host:4222,nats://other:4222`, or `tls://…`. Half-open
 * sockets are noticed within 30 seconds, by default in four minutes; it is awaited for ever.
 */
export function natsOptions(url: string): ConnectionOptions {
	const urls = url.split(",").map((one) => new URL(one.includes("://") ? one : `nats://${one}`));
	const [{ username = "", password = "", protocol = "" } = {}] = urls;
	return {
		servers: urls.map(({ host }) => host),
		...(username && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
		...(username && { inboxPrefix: inboxOf(decodeURIComponent(username)) }),
		...(protocol === "tls:" && { tls: {} }),
		pingInterval: 10_000,
		maxPingOut: 3,
		maxReconnectAttempts: -1,
		ignoreAuthErrorAbort: true, // passwords are changed on both sides, one after the other
		reconnectTimeWait: 500,
	};
}
