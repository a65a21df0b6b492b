import { globSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpacked } from "../debian.ts";
import { answers, command, orNotRun } from "./check.ts";

const PACKAGES = ["buildah", "libgpgme11", "libassuan0", "libdevmapper1.02.1", "patchelf"];

/** A builder of images with a store of its own, which needs neither a daemon nor root's files. */
export interface Buildah {
	run(...args: string[]): string;
	/** An image made of a folder. */
	base(name: string, folder: string, more: string): void;
	remove(): void;
}

/** buildah on the path, or Debian's package, unpacked into the user's cache. */
export function buildah(): Buildah {
	const file = answers("buildah", "--version") ? "buildah" : orNotRun(fetched);
	const place = mkdtempSync(join(tmpdir(), "comptoir-image-"));
	const policy = join(place, "policy.json");
	writeFileSync(policy, JSON.stringify({ default: [{ type: "insecureAcceptAnything" }] }));
	// As an option: it starts itself again with no environment. A store of plain folders leaves no mounts.
	const store = ["--storage-driver", "vfs"];
	store.push("--root", join(place, "store"), "--runroot", join(place, "run"));
	const env = ["BUILDAH_ISOLATION=chroot"];
	const run = (...args: string[]) => command("env", [...env, file, ...store, ...args]);
	return {
		run: (verb, ...args) => {
			const trusting = verb === "bud" ? ["--signature-policy", policy] : [];
			return run(verb as string, ...trusting, ...args);
		},
		base(name, from, more) {
			const text = join(place, `${name}.Dockerfile`);
			writeFileSync(text, `FROM scratch\nCOPY . /\n${more}\n`);
			run("bud", "--signature-policy", policy, "-q", "-f", text, "-t", `localhost/${name}`, from);
		},
		remove() {
			run("umount", "--all");
			rmSync(place, { recursive: true, force: true });
		},
	};
}

/** It starts itself again with no environment: the path of its libraries has to be written into it. */
function fetched(): string {
	const folder = unpacked("buildah", PACKAGES);
	const file = join(folder, "usr/bin/buildah");
	const libraries = globSync(join(folder, "{usr/,}lib/*-linux-gnu")).join(":");
	if (!answers(file, "--version"))
		command(join(folder, "usr/bin/patchelf"), ["--set-rpath", libraries, file]);
	return file;
}
