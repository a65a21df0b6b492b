import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type Anchor, read, signed } from "./anchor.ts";
import type { Place } from "./chain.ts";

const MODE = 0o600;

/** The file of anchors, and what signs them. */
export interface Book {
	readonly file: string;
	/** The first signs; each is believed. */
	readonly keys: readonly string[];
}

/** A secret of the mesh signs; without one, a key that is made once and kept in the data folder. */
export function openBook(file: string, folder: string, secret: string): Book {
	for (const one of [folder, dirname(file)]) mkdirSync(one, { recursive: true });
	const kept = keptKey(join(folder, "audit.key"), secret === "");
	const ours = secret && `anchors ${secret}`; // who signs one kind of thing with it signs no other
	return { file, keys: [ours, kept].filter((key) => key !== "") };
}

function keptKey(file: string, isNeeded: boolean): string {
	if (isNeeded)
		try {
			writeFileSync(file, randomBytes(32).toString("hex"), { mode: MODE, flag: "wx" });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
		}
	return orEmpty(() => readFileSync(file, "utf8"));
}

/** Answers once it is on the disk. A line that a power cut has left is closed first. */
export async function write({ file, keys }: Book, place: Place): Promise<void> {
	const anchor = { position: place.position, hash: place.hash, at: new Date().toISOString() };
	const text = await readFile(file, "utf8").catch(orMissing);
	const isTorn = text !== "" && !text.endsWith("\n");
	const line = signed(anchor, keys[0] ?? "");
	await appendFile(file, isTorn ? `\n${line}` : line, { mode: MODE, flush: true });
}

/** In the order of positions; and how many lines are not ours. */
export async function list({ file, keys }: Book) {
	const text = await readFile(file, "utf8").catch(orMissing);
	const lines = text.split("\n").filter((line) => line.endsWith("}")); // a torn one says nothing
	const anchors = lines.flatMap((line) => read(line, keys) ?? []);
	return {
		anchors: anchors.sort((a, b) => a.position - b.position),
		foreign: lines.length - anchors.length,
	};
}
export type Anchors = { anchors: Anchor[]; foreign: number };

const orMissing = (error: NodeJS.ErrnoException): string => {
	if (error.code === "ENOENT") return "";
	throw error;
};

function orEmpty(work: () => string): string {
	try {
		return work();
	} catch (error) {
		return orMissing(error as NodeJS.ErrnoException);
	}
}
