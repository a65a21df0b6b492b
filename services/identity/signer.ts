import {
	createHash,
	createPrivateKey,
	createPublicKey,
	type KeyObject,
	webcrypto,
} from "node:crypto";

/** What signs access tokens, what verifies them, and the one algorithm that they may name. */
export interface Signer {
	readonly algorithm: string;
	readonly kid: string;
	readonly sign: webcrypto.CryptoKey | KeyObject;
	readonly verify: webcrypto.CryptoKey | KeyObject;
}

const RSA_BITS_MIN = 2_048;

/** HS256 by the secret, unless a key pair is configured: then the algorithm is that of its kind. */
export const signer = (secret: string, pem?: string): Promise<Signer> | Signer =>
	pem ? pair(pem) : shared(secret);

async function shared(secret: string): Promise<Signer> {
	const algorithm = { name: "HMAC", hash: "SHA-256" };
	const uses: webcrypto.KeyUsage[] = ["sign", "verify"];
	const bytes = Buffer.from(secret);
	const key = await webcrypto.subtle.importKey("raw", bytes, algorithm, false, uses);
	return { algorithm: "HS256", kid: nameOf("kid", secret), sign: key, verify: key };
}

function pair(pem: string): Signer {
	const sign = createPrivateKey(pem);
	const verify = createPublicKey(sign);
	const kid = nameOf("pair", verify.export({ type: "spki", format: "pem" }).toString());
	return { algorithm: algorithmOf(sign), kid, sign, verify };
}

function algorithmOf({ asymmetricKeyType: kind, asymmetricKeyDetails: details }: KeyObject) {
	if (kind === "rsa" && (details?.modulusLength ?? 0) >= RSA_BITS_MIN) return "RS256";
	if (kind === "ec" && details?.namedCurve === "prime256v1") return "ES256";
	if (kind === "ed25519") return "EdDSA";
	throw new Error(
		`The key that signs access tokens is ${kind}: it takes RSA of 2048 bits, P-256 or Ed25519`,
	);
}

const nameOf = (kind: string, text: string) =>
	createHash("sha256").update(kind).update(text).digest("base64url").slice(0, 16);
