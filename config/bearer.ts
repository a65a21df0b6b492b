import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { env } from "./env.ts";

const sealed = (text: string) => createHash("sha256").update(text).digest();

/** True where no token is asked for, or the request shows it: in the same time, however wrong it is. */
export const maySeeMetrics = ({ headers }: Pick<IncomingMessage, "headers">): boolean =>
	!env.metrics_token ||
	timingSafeEqual(sealed(headers.authorization ?? ""), sealed(`Bearer ${env.metrics_token}`));
