import { createPublicKey, generateKeyPairSync, type KeyObject, sign } from "node:crypto";

/** One element of DER: its tag, its length, what is in it. */
function der(tag: number, ...parts: Buffer[]): Buffer {
	const body = Buffer.concat(parts);
	const size = body.length;
	const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
	return Buffer.concat([Buffer.from([tag, ...length]), body]);
}
const sequence = (...parts: Buffer[]) => der(0x30, ...parts);
const oid = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const ECDSA_SHA256 = sequence(oid("2a8648ce3d040302"));
const named = (name: string) =>
	sequence(der(0x31, sequence(oid("550403"), der(0x0c, Buffer.from(name)))));
const time = (at: Date) =>
	der(0x18, Buffer.from(`${at.toISOString().replaceAll(/[-:T]|\.\d+/g, "")}`));

const DAY_MS = 86_400_000;
const LOOPBACK = [127, 0, 0, 1];

interface Of {
	readonly address?: readonly number[];
	readonly ends?: Date;
}

/** A certificate for 127.0.0.1 that signs itself, and its key, in PEM: Node reads them, but makes none. */
export function certificate(
	name: string,
	{ address = LOOPBACK, ends = new Date(Date.now() + DAY_MS) }: Of = {},
): { cert: string; key: string } {
	const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const alternative = sequence(der(0x87, Buffer.from(address)));
	const extension = sequence(oid("551d11"), der(0x04, alternative));
	const body = sequence(
		der(0xa0, der(0x02, Buffer.from([2]))), // version 3
		der(0x02, Buffer.from([1])),
		ECDSA_SHA256,
		named(name),
		sequence(time(new Date(Date.now() - DAY_MS)), time(ends)),
		named(name),
		createPublicKey(privateKey).export({ type: "spki", format: "der" }),
		der(0xa3, sequence(extension)),
	);
	const whole = sequence(body, ECDSA_SHA256, sealed(body, privateKey));
	const lines = whole.toString("base64").replaceAll(/.{64}/g, "$&\n");
	return {
		cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
		key: privateKey.export({ type: "pkcs8", format: "pem" }) as string,
	};
}

const sealed = (body: Buffer, key: KeyObject) =>
	der(0x03, Buffer.from([0]), sign("sha256", body, key));
