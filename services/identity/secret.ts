import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const BYTES_MIN = 32;

/** What signs access tokens: as configured; in demo one that is made once, and kept. */
export function signingSecret({ jwt_secret, demo, data_dir }: Settings): string {
	if (jwt_secret) return longEnough(jwt_secret);
	if (!demo) throw new Error("RETAIL_JWT_SECRET is needed: 32 random bytes or more");
	const file = join(data_dir, "jwt-secret");
	try {
		mkdirSync(data_dir, { recursive: true });
		writeFileSync(file, randomBytes(BYTES_MIN).toString("base64url"), { flag: "wx", mode: 0o600 });
	} catch (error) {
		if ((error as { code?: string }).code !== "EEXIST") throw error; // else it was made before
	}
	return longEnough(readFileSync(file, "utf8"));
}

function longEnough(secret: string): string {
	if (Buffer.byteLength(secret) >= BYTES_MIN) return secret;
	throw new Error("The secret that signs access tokens is shorter than 32 bytes");
}

interface Settings {
	jwt_secret: string;
	demo: boolean;
	data_dir: string;
}
