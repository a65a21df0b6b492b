import { createHash, randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const SECRET_BYTES = 32;
const SOCKET_PATH_MAX = 100; // of what the system takes, with room for its end
const isRoot = process.getuid?.() === 0;

/** What a running mesh tells those who join it from another terminal. */
export interface Running {
	readonly pid: number;
	readonly namespace: string;
	readonly nats_url: string;
	readonly url: string;
	/** Servers that it started: should it be killed, the next one ends them. */
	readonly servers: readonly number[];
}

/** Where a mesh keeps what is its own, below the data folder. */
export function folderOf(data_dir: string) {
	const root = join(resolve(data_dir), "mesh");
	const within = (name: string) => join(root, name);
	return {
		root,
		nats: within("nats"),
		postgres: within("postgres"),
		secret: within("secret"),
		targets: within("targets.json"),
		running: within("running.json"),
		journal: within("console.log"),
		socket: shortEnough(within("control.sock")),
		/** Nobody else's to read; PostgreSQL, which never runs as root, must pass through root's. */
		make: () => mkdirSync(root, { recursive: true, mode: isRoot ? 0o711 : 0o700 }),
	};
}
export type Folder = ReturnType<typeof folderOf>;

const shortEnough = (path: string) =>
	path.length <= SOCKET_PATH_MAX
		? path
		: join(
				tmpdir(),
				`comptoir-${createHash("sha256").update(path).digest("hex").slice(0, 16)}.sock`,
			);

/** The file of the secret by which processes of this mesh know each other; made once, and kept. */
export function secretFile({ secret }: Folder): string {
	try {
		const made = randomBytes(SECRET_BYTES).toString("base64url");
		writeFileSync(secret, made, { flag: "wx", mode: 0o600 });
	} catch (error) {
		if ((error as { code?: string }).code !== "EEXIST") throw error;
	}
	return secret;
}

/** Appears whole, for whoever reads it meanwhile; nobody else's, unless it is said to be. */
export function writeWhole(file: string, content: object, mode = 0o600): void {
	const aside = `${file}.${process.pid}`;
	writeFileSync(aside, `${JSON.stringify(content, null, "\t")}\n`, { mode });
	chmodSync(aside, mode);
	renameSync(aside, file);
}

/** What the last mesh on this folder told, or undefined; it may have ended since. */
export function told({ running }: Folder): Running | undefined {
	try {
		return JSON.parse(readFileSync(running, "utf8"));
	} catch {
		return undefined;
	}
}
