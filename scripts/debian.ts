import { spawnSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	globSync,
	mkdirSync,
	mkdtempSync,
	renameSync,
	rmSync,
} from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

/** Where packages are unpacked, unless another place is named. */
export const CACHE = join(homedir(), ".cache/comptoir");
const DOWNLOAD_MS = 180_000;
const NAMES_BYTES_MAX = 64 * 1_024 * 1_024; // Debian has some hundred thousand

/**
 * The folder of Debian packages, unpacked once into the user's cache, without root: apt keeps its
 * lists there, too. Whoever comes second finds it: it is unpacked aside, then renamed. Of the
 * packages that fit an expression it is the newest: their names hold a version.
 */
export function unpacked(
	name: string,
	packages: readonly (string | RegExp)[],
	cache = CACHE,
): string {
	const folder = join(cache, name);
	if (existsSync(folder)) return folder;
	mkdirSync(dirname(folder), { recursive: true });
	const aside = mkdtempSync(`${folder}-`);
	try {
		const apt = join(aside, "apt");
		for (const part of ["lists/partial", "cache/archives/partial"])
			mkdirSync(join(apt, part), { recursive: true });
		const own = [
			`Dir::State::lists=${apt}/lists`,
			`Dir::Cache=${apt}/cache`,
			"APT::Sandbox::User=",
		];
		const options = [...own, "Debug::NoLocking=1"].flatMap((option) => ["-o", option]);
		run("apt-get", [...options, "update", "-qq"], aside);
		const names = packages.map((one) =>
			typeof one === "string"
				? one
				: newest(run("apt-cache", [...options, "pkgnames"], aside), one),
		);
		run("apt-get", [...options, "download", ...names], aside);
		for (const file of globSync("*.deb", { cwd: aside })) {
			run("dpkg-deb", ["-x", file, "."], aside);
			rmSync(join(aside, file));
		}
		rmSync(apt, { recursive: true });
		chmodSync(aside, 0o755); // whoever runs what is in it may be another
		renameSync(aside, folder);
	} catch (error) {
		if (!existsSync(folder)) throw error;
	} finally {
		rmSync(aside, { recursive: true, force: true });
	}
	return folder;
}

function newest(names: string, fits: RegExp): string {
	const known = names.split("\n").filter((name) => fits.test(name));
	const [first] = known.sort((a, b) => b.localeCompare(a, "en", { numeric: true }));
	if (!first) throw new Error(`There is no package ${fits.source}`);
	return first;
}

function run(command: string, args: string[], cwd: string): string {
	const { status, error, stdout, stderr } = spawnSync(command, args, {
		cwd,
		encoding: "utf8",
		timeout: DOWNLOAD_MS,
		maxBuffer: NAMES_BYTES_MAX,
	});
	if (status !== 0) throw error ?? new Error(`${command} says: ${stderr.trim()}`);
	return stdout;
}
