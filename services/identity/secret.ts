import { createHmac, randomBytes, randomUUID } from "node:crypto";
import { linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const BYTES_MIN = 32;

/**
 * What signs access tokens: as configured; in demo one that all replicas of a mesh come to, whatever
 * folders they have, or, outside of a mesh, one that is made once, and kept.
 */
export function signingSecret({ jwt_secret, mesh_secret, demo, data_dir }: Settings): string {
	if (jwt_secret) return longEnough(jwt_secret);
	if (!demo) throw new Error("RETAIL_JWT_SECRET is needed: 32 random bytes or more");
	if (mesh_secret)
		return createHmac("sha256", mesh_secret).update("access tokens").digest("base64url");
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

/** The private key that signs access tokens instead, where one is configured. */
export function signingKey({ jwt_key_file }: { jwt_key_file: string }): string | undefined {
	if (!jwt_key_file) return undefined;
	try {
		return readFileSync(jwt_key_file, "utf8");
	} catch (cause) {
		throw new Error(`RETAIL_JWT_KEY_FILE cannot be read: ${(cause as Error).message}`, { cause });
	}
}

function longEnough(secret: string): string {
	if (Buffer.byteLength(secret) >= BYTES_MIN) return secret;
	throw new Error("The secret that signs access tokens is shorter than 32 bytes");
}

interface Settings {
	jwt_secret: string;
	mesh_secret: string;
	demo: boolean;
	data_dir: string;
}
