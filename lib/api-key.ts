import { createHash, randomBytes } from "node:crypto";
import { crc32 } from "node:zlib";

const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const OURS = "ck_live_";
const KEY = /^(ck_live_[0-9A-Za-z]{8}_[0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

/** `ck_live_<8 id>_<43 random><6 checksum>`, and what is kept of it. */
export function newKey() {
	const body = `${OURS}${base62(randomBytes(6), 8)}_${base62(randomBytes(32), 43)}`;
	const key = body + checksum(body);
	return { key, kept: { prefix: body.slice(0, 16), last4: key.slice(-4), hash: sha256(key) } };
}

/** True for a key of our form with a typing error: it need not be looked up. */
export function isMistyped(key: string): boolean {
	const [, body, sum] = KEY.exec(key) ?? [];
	return key.startsWith(OURS) && (body === undefined || checksum(body) !== sum);
}

/** By which keys and refresh tokens are known: they are long and random, so one pass is enough. */
export const sha256 = (text: string): string =>
	createHash("sha256").update(text).digest("base64url");

const checksum = (body: string) =>
	base62(Buffer.from(crc32(body).toString(16).padStart(8, "0"), "hex"), 6);

function base62(bytes: Buffer, length: number): string {
	let number = BigInt(`0x${bytes.toString("hex")}`);
	let text = "";
	for (; text.length < length; number /= 62n) text = BASE62[Number(number % 62n)] + text;
	return text;
}
