import { createHmac, timingSafeEqual } from "node:crypto";
import type { Place } from "./chain.ts";

/** The head at a moment, signed, and kept where who alters the database does not reach. */
export interface Anchor extends Place {
	readonly at: string;
}

const seal = ({ position, hash, at }: Anchor, key: string): Buffer =>
	createHmac("sha256", key).update(`${position} ${hash} ${at}`).digest();

/** One line of the file. */
export const signed = (anchor: Anchor, key: string): string =>
	`${JSON.stringify({ ...anchor, mac: seal(anchor, key).toString("hex") })}\n`;

/** The anchor that a line says; nothing, if none of the keys has signed it. */
export function read(line: string, keys: readonly string[]): Anchor | undefined {
	try {
		const { position, hash, at, mac } = JSON.parse(line);
		const anchor = { position, hash, at };
		const said = Buffer.from(String(mac), "hex");
		const isOurs = keys.some((key) => {
			const mine = seal(anchor, key);
			return mine.length === said.length && timingSafeEqual(mine, said);
		});
		return isOurs ? anchor : undefined;
	} catch {
		return undefined; // not even JSON
	}
}
