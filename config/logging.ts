import type { LoggerConfig } from "moleculer";
import { idsNow } from "./doing.ts";
import { env } from "./env.ts";

/** One JSON line each on stdout; Moleculer says the text first, so objects that follow are merged. */
export const logger = (): LoggerConfig => ({
	type: "Pino",
	options: {
		level: env.log_level,
		pino: {
			options: {
				mixin: idsNow,
				hooks: {
					logMethod(args: unknown[], log: (...args: unknown[]) => void) {
						const texts = args.filter((arg) => typeof arg !== "object" || arg === null);
						const objects = args.filter((arg) => typeof arg === "object" && arg !== null);
						if (objects.length === 0) return log.apply(this, texts);
						const merged = objects.map((one) => (isError(one) ? { err: one } : one));
						log.apply(this, [Object.assign({}, ...merged), texts.join(" ")]);
					},
				},
			},
		},
	},
});

const isError = (one: unknown) => typeof (one as Error).stack === "string";
