import { createHmac } from "node:crypto";
import { expect, test } from "@jest/globals";
import { isPublic, newSecret, signedHeaders, whyRefused } from "../../../lib/webhook.ts";

test("NOT-04 a message is signed so that any reader of Standard Webhooks can check it", () => {
	const secret = newSecret();
	const signed = signedHeaders(secret, { id: "ntf_1", at_s: 1_700_000_000, body: '{"a":1}' });
	const key = Buffer.from(secret.replace("whsec_", ""), "base64");
	const seal = createHmac("sha256", key).update('ntf_1.1700000000.{"a":1}').digest("base64");
	expect(signed).toEqual({
		"webhook-id": "ntf_1",
		"webhook-timestamp": "1700000000",
		"webhook-signature": `v1,${seal}`,
	});
	expect(secret).not.toBe(newSecret());
});

test.each([
	"http://127.0.0.1/",
	"http://2130706433/", // 127.0.0.1 as one number
	"http://0x7f.1/",
	"http://[::1]/",
	"http://[::ffff:127.0.0.1]/",
	"http://[::ffff:7f00:1]/",
	"http://[64:ff9b::7f00:1]/",
	"http://[2002:7f00:1::]/",
	"http://[fe80::1]/",
	"http://[fd00::1]/",
	"http://169.254.169.254/latest/meta-data",
	"http://10.0.0.1/",
	"http://172.16.5.4/",
	"http://192.168.1.1/",
	"http://100.64.0.1/",
	"http://0.0.0.0/",
	"http://localhost/",
	"http://inventory/",
	"http://printer.local/",
	"http://api.internal/",
	"http://example.com:22/",
	"http://example.com:8080/",
	"http://user:password@example.com/",
	"file:///etc/passwd",
	"gopher://example.com/",
	"//example.com/",
	"no address",
])("NOT-04 a webhook never reaches %s", (url) => {
	expect(whyRefused(url)).toBeDefined();
});

test.each(["https://example.com/hook", "http://example.com:80/", "https://93.184.216.34/"])(
	"NOT-04 a webhook may reach %s",
	(url) => {
		expect(whyRefused(url)).toBeUndefined();
	},
);

test("NOT-04 of what a name resolves to, only public addresses are called", () => {
	expect(["8.8.8.8", "2606:4700::1111"].every(isPublic)).toBe(true);
	expect(["127.0.0.1", "::1", "fd12::1", "203.0.113.9", "2001:db8::1", "x"].some(isPublic)).toBe(
		false,
	);
});
