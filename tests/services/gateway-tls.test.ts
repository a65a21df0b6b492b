import { writeFileSync } from "node:fs";
import { request } from "node:https";
import { connect } from "node:net";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import { expect, test } from "@jest/globals";
import { env } from "../../config/env.ts";
import { gateway as config } from "../../config/gateway.ts";
import { certificate } from "../support/certificate.ts";
import { KEY, type Shop, shop } from "../support/gateway.ts";
import { counted } from "../support/page.ts";
import { until } from "../support/until.ts";

const [cert_file, key_file] = [join(env.data_dir, "cert.pem"), join(env.data_dir, "key.pem")];

function install(name: string): string {
	const { cert, key } = certificate(name);
	writeFileSync(cert_file, cert);
	writeFileSync(key_file, key);
	return cert;
}

async function withTls<T>(work: () => Promise<T>): Promise<T> {
	Object.assign(env, { tls_cert_file: cert_file, tls_key_file: key_file });
	try {
		return await work();
	} finally {
		Object.assign(env, { tls_cert_file: "", tls_key_file: "" });
	}
}

/** Who answers, as the client sees: it believes that certificate, and no other. */
const met = ({ port }: Shop, ca: string) =>
	new Promise<{ status: number; hsts: unknown; name: unknown; protocol: unknown }>(
		(resolve, reject) => {
			const options = { host: "127.0.0.1", port, path: "/api/v1/cups", headers: KEY, ca };
			const asked = request({ ...options, agent: false }, (res) => {
				res.resume();
				const socket = res.socket as TLSSocket;
				resolve({
					status: res.statusCode ?? 0,
					hsts: res.headers["strict-transport-security"],
					name: socket.getPeerCertificate().subject.CN,
					protocol: socket.getProtocol(),
				});
			});
			asked.on("error", reject);
			asked.end();
		},
	);

test("GTW-12 with a certificate the gateway speaks HTTPS itself, and takes a new one at SIGHUP, though not a broken one", () =>
	withTls(async () => {
		const first = install("first.example");
		const open = await shop();
		expect(await met(open, first)).toEqual({
			...{ status: 200, name: "first.example", protocol: "TLSv1.3" },
			hsts: "max-age=31536000",
		});
		expect(await counted("tls_certificate_expiry_seconds")).toBeGreaterThan(Date.now() / 1_000);
		await expect(open.ask("/health/live")).rejects.toThrow(); // in the clear

		const second = install("second.example");
		process.emit("SIGHUP");
		expect(await met(open, second)).toMatchObject({ status: 200, name: "second.example" });
		await expect(met(open, first)).rejects.toThrow();

		writeFileSync(key_file, "no key");
		process.emit("SIGHUP");
		expect(await met(open, second)).toMatchObject({ name: "second.example" });
		await open.broker.stop();
	}));

test("GTW-12 a certificate without its key, or with another's, is refused at the start in a line that names both", () =>
	withTls(async () => {
		install("one.example");
		writeFileSync(key_file, certificate("other.example").key);
		await expect(shop()).rejects.toThrow(/RETAIL_TLS_CERT_FILE and RETAIL_TLS_KEY_FILE/);
		Object.assign(env, { tls_key_file: "" });
		await expect(shop()).rejects.toThrow(/RETAIL_TLS_KEY_FILE is ""/);
	}));

test("GTW-12 GTW-15 a connection that never shakes hands does not keep a gateway from stopping", () =>
	withTls(async () => {
		install("one.example");
		const open = await shop();
		const silent = connect(open.port, "127.0.0.1");
		silent.on("error", () => {});
		const connections = () =>
			new Promise<number>((resolve) =>
				open.server.getConnections((_: unknown, count: number) => resolve(count)),
			);
		await until(connections);
		await (open.broker.getLocalService("gateway") as any).drain({ grace_ms: 50 });
		await open.broker.stop();
		expect(await connections()).toBe(1);
		silent.destroy();
	}));

test("replies are compressed for who asks, and only then, when they are long; their tag is known in both forms", async () => {
	const { gzip_bytes } = config;
	Object.assign(config, { gzip_bytes: 10 });
	const open = await shop();
	const get = async (more: Record<string, string>) => {
		const headers = { ...KEY, "accept-encoding": "identity", ...more };
		const answer = await fetch(`http://127.0.0.1:${open.port}/api/v1/cups`, { headers });
		const of = (name: string) => answer.headers.get(name) ?? "";
		const [etag, encoding] = [of("etag"), of("content-encoding")];
		return { status: answer.status, text: await answer.text(), etag, encoding };
	};
	try {
		const plain = await get({});
		expect(plain.encoding).toBe("");
		const packed = await get({ "accept-encoding": "br, gzip;q=0.8" });
		expect(packed).toMatchObject({ encoding: "gzip", text: plain.text });
		expect(packed.etag).toBe(plain.etag.replace(/"$/, '+gzip"'));
		for (const encoding of ["br", "gzip;q=0", "identity"])
			expect((await get({ "accept-encoding": encoding })).encoding).toBe("");
		for (const { etag } of [plain, packed])
			expect((await get({ "if-none-match": etag })).status).toBe(304);
		Object.assign(config, { gzip_bytes });
		expect((await get({ "accept-encoding": "gzip" })).encoding).toBe("");
	} finally {
		Object.assign(config, { gzip_bytes });
		await open.broker.stop();
	}
});
