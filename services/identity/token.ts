import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { decodeProtectedHeader, type JWTPayload, jwtVerify, SignJWT } from "jose";
import { LRUCache } from "lru-cache";
import Type, { type Static } from "typebox";
import { Value } from "typebox/value";
import { sha256 } from "../../lib/api-key.ts";
import { Id, Locale } from "../../lib/fields.ts";
import { unauthenticated } from "./identity.contract.ts";
import { signer } from "./signer.ts";

/** Seconds. The one that expires is refused a second later: no tolerance. */
export const LIFE_S = 900;
const KIND = "at+jwt";
const ISSUER = "comptoir";
const AUDIENCE = "comptoir-api";
const READ_MAX = 10_000; // signatures are checked once: that is most of what a call costs
const KEY_ID = /^[A-Za-z0-9_-]{1,64}$/;
/** Each lets a token say by which key it is to be believed, or what we would have to understand. */
const NEVER = ["jwk", "jku", "x5u", "x5c", "crit"] as const;

const Claims = Type.Object({
	sub: Id,
	jti: Type.String(),
	iat: Type.Integer(),
	exp: Type.Integer(),
	sid: Id,
	role: Type.String(),
	locale: Locale,
	location_id: Type.Optional(Id),
	customer_id: Type.Optional(Id),
	supplier_id: Type.Optional(Id),
	must_change_password: Type.Optional(Type.Boolean()),
});
type Claims = Static<typeof Claims>;
/** What is true of the user; the rest is of the token. */
export type Statement = Omit<Claims, "jti" | "iat" | "exp">;

/** Opaque: 256 bits that nobody can guess. */
export const newRefreshToken = (): string => randomBytes(32).toString("base64url");

export interface Tokens {
	issue(statement: Statement, now?: Date): Promise<string>;
	/** The claims of a token that is ours and alive; UNAUTHENTICATED for anything else. */
	read(token: string, now?: Date): Promise<Claims>;
	/** The one refresh token that may follow this one: a lost answer can be given again. */
	successor(refreshToken: string): string;
}

/** Signed by the secret, or by the key pair in `pem`; the algorithm is never taken from the token. */
export async function tokens(secret: string, pem?: string): Promise<Tokens> {
	const { algorithm, kid, sign, verify } = await signer(secret, pem);
	const chain = createHmac("sha256", secret).update("refresh tokens").digest();

	const known = new LRUCache<string, Claims>({ max: READ_MAX });

	return {
		issue(statement, now = new Date()) {
			const iat = Math.floor(now.getTime() / 1_000);
			return new SignJWT({ ...statement, jti: randomUUID() })
				.setProtectedHeader({ alg: algorithm, typ: KIND, kid })
				.setIssuer(ISSUER)
				.setAudience(AUDIENCE)
				.setIssuedAt(iat)
				.setExpirationTime(iat + LIFE_S)
				.sign(sign);
		},
		async read(token, now = new Date()) {
			const name = sha256(token);
			const kept = known.get(name);
			if (kept) return alive(kept, now);
			try {
				refuseHeader(token);
				const { payload } = await jwtVerify(token, verify, {
					algorithms: [algorithm],
					issuer: ISSUER,
					audience: AUDIENCE,
					typ: KIND,
					requiredClaims: ["sub", "jti", "role", "exp"],
					currentDate: now,
				});
				if (isClaims(payload)) {
					known.set(name, payload);
					return payload;
				}
			} catch {} // why is nobody's business outside
			throw unauthenticated();
		},
		successor: (refreshToken) =>
			createHmac("sha256", chain).update(refreshToken).digest("base64url"),
	};
}

function alive(claims: Claims, now: Date): Claims {
	if (claims.exp <= Math.floor(now.getTime() / 1_000)) throw unauthenticated();
	return claims;
}

function refuseHeader(token: string): void {
	const header = decodeProtectedHeader(token);
	const isOurs = typeof header.kid === "string" && KEY_ID.test(header.kid);
	if (!isOurs || NEVER.some((member) => member in header)) throw unauthenticated();
}

const isClaims = (payload: JWTPayload): payload is JWTPayload & Claims =>
	Value.Check(Claims, payload);
