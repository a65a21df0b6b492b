import { get } from "node:http";
import { env } from "../config/env.ts";

const LIMIT_MS = 5_000;

/** Asks the process of this container whether it is ready: exits with 0 if it is, else with 1. */
const options = { host: "127.0.0.1", port: env.ops_port, path: "/health/ready" };
const asking = get({ ...options, timeout: LIMIT_MS }, (response) => {
	response.resume();
	process.exitCode = response.statusCode === 200 ? 0 : 1;
});
asking.once("timeout", () => asking.destroy());
asking.once("error", () => {
	process.exitCode = 1;
});
