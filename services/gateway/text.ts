import { createHash } from "node:crypto";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** A reply as it is sent. */
export interface Text {
	readonly body: string;
	/** Its UTF-8 bytes, a character each: Node sends them with the head in one write, as they are. */
	readonly lasting?: string;
	hash?: string;
	/** The same, compressed once. */
	gzip?: Promise<Buffer>;
}

/** A reply from the cache is frozen: its bytes, and what is made of them, are as lasting as itself. */
const texts = new WeakMap<object, Text>();
export function textOf(reply: unknown): Text {
	const kept = typeof reply === "object" && reply !== null ? texts.get(reply) : undefined;
	if (kept) return kept;
	const text = JSON.stringify(reply);
	if (typeof reply !== "object" || reply === null || !Object.isFrozen(reply)) return { body: text };
	const known = { body: text, lasting: Buffer.from(text).toString("latin1") };
	texts.set(reply, known);
	return known;
}

export function hashOf(text: Text): string {
	text.hash ??= `"${createHash("sha1").update(text.body).digest("base64url")}"`;
	return text.hash;
}

const squeeze = promisify<Buffer, object, Buffer>(gzip);
const FAST = { level: 1 };

export function gzipped(text: Text): Promise<Buffer> {
	const { body, lasting } = text;
	const bytes = () => (lasting === undefined ? Buffer.from(body) : Buffer.from(lasting, "latin1"));
	text.gzip ??= squeeze(bytes(), FAST);
	return text.gzip;
}

const GZIP = /(?:^|,)\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*(?:,|$))[\d.]+\s*)?(?:,|$)/i;

/** True when the header names gzip, and not to refuse it. */
export const takesGzip = (header: string | undefined): boolean =>
	header !== undefined && GZIP.test(header);

const SUFFIX = "+gzip";

/** Other bytes have another strong tag: https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3 */
export const gzipTag = (tag: string): string => `${tag.slice(0, -1)}${SUFFIX}"`;

/** Whether the client has what the tag stands for, in whichever bytes. */
export function isKnown(header: string, tag: string): boolean {
	if (header.trim() === "*") return true;
	const plain = (one: string) => one.trim().replace(/^W\//, "").replace(`${SUFFIX}"`, '"');
	return header.split(",").some((one) => plain(one) === tag);
}
