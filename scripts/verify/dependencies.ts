import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../markdown.ts";
import { command } from "./check.ts";

/** Each lets us use, change and pass on, and asks for no more than its text. */
const LICENCES = [
	...["MIT", "MIT-0", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0"],
	...["BlueOak-1.0.0", "Unlicense", "CC0-1.0", "WTFPL", "Zlib", "Python-2.0", "CC-BY-4.0"],
];
/** Their package.json does not say it, their LICENSE does. */
const READ_BY_HAND: Record<string, string> = {
	"@seald-io/binary-search-tree": "MIT",
	"cli-color": "MIT",
	clui: "MIT",
};
/** Who may run a program while it is installed: without them there is no Node, and no SQLite. */
const MAY_RUN = ["node", "sqlite3"];
/** The Node of this version for Linux, x64: npm's lockfile does not know it. */
const NODE_SHA256 = {
	"24.21.0 linux x64": "7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c",
} as Record<string, string>;

interface Entry {
	readonly dev?: boolean;
	readonly link?: boolean;
	readonly integrity?: string;
	readonly resolved?: string;
	readonly license?: string;
	readonly hasInstallScript?: boolean;
}

const json = (file: string) => JSON.parse(readFileSync(join(ROOT, file), "utf8"));

/** What is installed, as the lockfile and the folder say: `npm audit` needs a registry, and is not here. */
export function dependencies(): string {
	const { packages } = json("package-lock.json") as { packages: Record<string, Entry> };
	const entries = Object.entries(packages).filter(([path]) => path !== "");
	const { allowScripts, dependencies: direct } = json("package.json");
	const faults = entries.flatMap(([path, entry]) => faultsOf(path, entry, allowScripts));
	const allowed = Object.keys(allowScripts).filter((name) => allowScripts[name]);
	if (allowed.sort().join() !== MAY_RUN.join()) faults.push(`scripts run for ${allowed}`);
	if (faults.length > 0) throw new Error(faults.join("; "));
	const parts = JSON.parse(
		command("npm", ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--omit", "dev"]),
	).components.length;
	return `${entries.length} packages, ${Object.keys(direct).length} of them asked for at run time: integrity, licences, scripts; ${node()}; SBOM of ${parts} components`;
}

function faultsOf(path: string, entry: Entry, allowScripts: Record<string, boolean>): string[] {
	const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
	const license = entry.license ?? READ_BY_HAND[name] ?? "";
	return [
		entry.integrity || entry.link ? "" : `${name} has no integrity`,
		entry.resolved && !entry.resolved.startsWith("https://") ? `${name} is not of a registry` : "",
		isFree(license) ? "" : `${name} is under ${license || "no licence"}`,
		entry.hasInstallScript && !(name in allowScripts) ? `${name} would run a script` : "",
	].filter(Boolean);
}

/** Of several to choose from, one will do. */
const isFree = (license: string) =>
	license
		.replaceAll(/[()]/g, "")
		.split(" OR ")
		.some((one) => one.split(" AND ").every((part) => LICENCES.includes(part)));

function node(): string {
	const { version } = json("node_modules/node/package.json");
	const pinned = NODE_SHA256[`${version} ${process.platform} ${process.arch}`];
	if (!pinned) return `no checksum is known of Node ${version} for ${process.platform}`;
	const file = readFileSync(join(ROOT, "node_modules/node/bin/node"));
	const found = createHash("sha256").update(file).digest("hex");
	if (found !== pinned) throw new Error(`node_modules/node/bin/node is ${found}, not ${pinned}`);
	return `Node ${version} as pinned`;
}
