import { type Argon2Parameters, randomBytes, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { Worker } from "node:worker_threads";
import { passwordTooCommon, tooBusy } from "./identity.contract.ts";

const COST = { memory: 19_456, passes: 2, parallelism: 1 }; // OWASP's floor for argon2id: ~30 ms
const SALT_BYTES = 16;
const TAG_BYTES = 32;
const WAITING_MAX = 50; // a few seconds of work: who comes later is told so at once

/** What a password is compared with when there is no account: it takes the same time. */
const NOBODY = `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${randomBytes(SALT_BYTES).toString("base64")}$${randomBytes(TAG_BYTES).toString("base64")}`;

/** The hash of a password that somebody has chosen, unless it is one of those guessed first. */
export async function hashNew(password: string, { username, email }: Named): Promise<string> {
	refuseCommon(password, [username, email]);
	return hashPassword(password);
}
interface Named {
	username: string;
	email: string;
}

/** In the usual text form, so that a later cost can stand beside this one. */
export async function hashPassword(password: string): Promise<string> {
	const nonce = randomBytes(SALT_BYTES);
	const tag = await compute(password, { ...COST, nonce, tagLength: TAG_BYTES });
	const { memory, passes, parallelism } = COST;
	return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${text(nonce)}$${text(tag)}`;
}

/** Without a hash to compare with: the same work, and no. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
	const [, , , cost = "", salt = "", expected = ""] = (hash ?? NOBODY).split("$");
	const [memory, passes, parallelism] = [...cost.matchAll(/\d+/g)].map(Number);
	const tag = Buffer.from(expected, "base64");
	const nonce = Buffer.from(salt, "base64");
	const settings = { memory, passes, parallelism, nonce, tagLength: tag.length };
	const mine = await compute(password, settings as Omit<Argon2Parameters, "message">);
	return timingSafeEqual(mine, tag) && hash !== undefined;
}

/** No rules of composition: only what is guessed first is refused. */
export function refuseCommon(password: string, names: readonly string[]): void {
	const plain = password.toLowerCase();
	const isRepeated = /^(.{1,5})\1+.{0,4}$/.test(plain); // "aaaa…", "abcabc…"
	const isNamed = names.some((name) => name.length > 3 && plain.includes(name.toLowerCase()));
	if (isRepeated || isNamed || COMMON.some((word) => plain.includes(word)))
		throw passwordTooCommon();
}

const COMMON = [
	"123456789012",
	"abcdefghijkl",
	"azertyuiop",
	"comptoir-demo",
	"correcthorsebattery",
	"iloveyou",
	"letmein",
	"motdepasse",
	"password",
	"qwertyuiop",
];

const text = (bytes: Buffer) => bytes.toString("base64").replaceAll("=", "");

let computed = 0;

/** How many hashes this process has computed: every login costs one, whoever it names. */
export const hashesComputed = (): number => computed;

let isRunning = false;
const waiting: (() => void)[] = [];

async function compute(password: string, settings: Omit<Argon2Parameters, "message">) {
	if (isRunning) {
		if (waiting.length >= WAITING_MAX) throw tooBusy();
		await new Promise<void>((start) => waiting.push(start));
	} else isRunning = true;
	computed++;
	try {
		// Two keyboards may spell one letter in two ways.
		return await derive({ ...settings, message: password.normalize("NFKC") });
	} finally {
		const next = waiting.shift(); // takes the place of the one that ends
		if (next) next();
		else isRunning = false;
	}
}

let hasher: Worker | undefined;

/** In one thread: whichever has ever hashed keeps its 20 MB, and libuv would use all of its own. */
async function derive(asked: Argon2Parameters): Promise<Buffer> {
	hasher ??= new Worker(new URL("./hasher.ts", import.meta.url), { execArgv: [] });
	hasher.ref(); // a process that waits for a tag does not end
	try {
		hasher.postMessage(asked);
		const [tag] = (await once(hasher, "message")) as [Uint8Array];
		return Buffer.from(tag);
	} catch (error) {
		hasher = undefined;
		throw error;
	} finally {
		hasher?.unref();
	}
}
