import { randomBytes, randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const BYTES_MIN = 32;

/** What signs access tokens: as configured; in demo one that is made once, and kept. */
export function signingSecret({ jwt_secret, demo, data_dir }: Settings): string {
	if (jwt_secret) return longEnough(jwt_secret);
	if (!demo) throw new Error("RETAIL_JWT_SECRET is needed: 32 random bytes or more");
	const file = join(data_dir, "jwt-secret");
	const mine = `${file}.${randomUUID()}`;
	mkdirSync(data_dir, { recursive: true });
	writeFileSync(mine, randomBytes(BYTES_MIN).toString("base64url"), { flag: "wx", mode: 0o600 });
	try {
		linkSync(mine, file); // appears whole, and only once, whoever starts beside us
	} catch (error) {
		if ((error as { code?: string }).code !== "EEXIST") throw error;
	} finally {
		unlinkSync(mine);
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
