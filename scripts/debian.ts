import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const CACHE = join(homedir(), ".cache/comptoir");
const DOWNLOAD_MS = 180_000;

/**
 * The folder of Debian packages, unpacked once into the user's cache, without root: apt keeps its
 * lists there, too. Whoever comes second finds it: it is unpacked aside, then renamed.
 */
export function unpacked(name: string, packages: readonly string[]): string {
	const folder = join(CACHE, name);
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
		run("apt-get", [...options, "download", ...packages], aside);
		for (const file of globSync("*.deb", { cwd: aside })) {
			run("dpkg-deb", ["-x", file, "."], aside);
			rmSync(join(aside, file));
		}
		rmSync(apt, { recursive: true });
		renameSync(aside, folder);
	} catch (error) {
		if (!existsSync(folder)) throw error;
	} finally {
		rmSync(aside, { recursive: true, force: true });
	}
	return folder;
}

function run(command: string, args: string[], cwd: string): void {
	const { status, error, stderr } = spawnSync(command, args, {
		cwd,
		encoding: "utf8",
		timeout: DOWNLOAD_MS,
	});
	if (status !== 0) throw error ?? new Error(`${command} says: ${stderr.trim()}`);
}
