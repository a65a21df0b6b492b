import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import type { RequestListener } from "node:http";
import { createServer, type Server } from "node:https";
import { createSecureContext } from "node:tls";
import { Gauge } from "prom-client";
import { env } from "../../config/env.ts";
import { registry } from "../../config/metrics.ts";
import { BadSetting } from "../../config/setting.ts";

const expiry = new Gauge({
	name: "tls_certificate_expiry_seconds",
	help: "When the gateway's certificate ends, in seconds since 1970.",
	registers: [registry],
});
expiry.reset();

export const hasTls = (): boolean => env.tls_cert_file !== "" || env.tls_key_file !== "";

/** A server that speaks HTTPS itself, from TLS 1.2 on, by the files of the settings. */
export const secureServer = (handler: RequestListener): Server =>
	createServer({ ...credentials(), minVersion: "TLSv1.2" }, handler);

/** Takes the files as they are now: connections that are open go on with what they had. */
export const renew = (server: Server): void => server.setSecureContext(credentials());

function credentials() {
	const cert = read("TLS_CERT_FILE", env.tls_cert_file);
	const key = read("TLS_KEY_FILE", env.tls_key_file);
	try {
		createSecureContext({ cert, key });
	} catch (err) {
		const why = (err as Error).message;
		throw new BadSetting(`RETAIL_TLS_CERT_FILE and RETAIL_TLS_KEY_FILE do not fit: ${why}`);
	}
	expiry.set(Date.parse(new X509Certificate(cert).validTo) / 1_000);
	return { cert, key };
}

function read(name: string, file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		throw new BadSetting(
			`RETAIL_${name} is "${file}": the certificate and its key are two files in PEM`,
		);
	}
}
