import { Registry } from "prom-client";

/** What this process counts; `services/metrics` serves it. */
export const registry = new Registry();
