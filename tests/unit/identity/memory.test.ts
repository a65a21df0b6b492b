import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "@jest/globals";

const CODE = `
	import "./config/process.ts";
	import { hashPassword } from "./services/identity/password.ts";
	const before = process.memoryUsage().rss;
	for (let round = 0; round < 40; round++) await hashPassword("fourteen wet ducks");
	console.log((process.memoryUsage().rss - before) / 2 ** 20);`;

test("AUT-01 forty logins keep the memory of one: 20 MiB, and not as much for each thread", async () => {
	const args = ["--input-type=module", "-e", CODE];
	const { stdout } = await promisify(execFile)(process.execPath, args);
	expect(Number(stdout)).toBeGreaterThan(0);
	expect(Number(stdout)).toBeLessThan(80);
}, 30_000);
