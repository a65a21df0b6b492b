import type { Heard } from "./raw.ts";

/** The machine is shared: what is slower than this is stuck, not busy. */
const STUCK_MS = 5_000;
/** What no answer tells: stacks, statements, files, names of the code. */
const LEAKS =
	/\bat \S+ \(|\.[jt]s:\d+|node_modules|node:internal|sqlite|sequelize|select .+ from |insert into |update .+ set |\/(?:tmp|home|root|usr|var|work)\/|\b(?:Type|Reference|Syntax|Range)Error|"stack"|ECONN|Moleculer/i;

/** What the answer has wrong, if anything: its status, its form, its language, what it tells. */
export function faultIn(heard: Heard, expected: readonly number[], language = "fr-CA"): string[] {
	const { status, headers, text, ms } = heard;
	const faults: string[] = [];
	if (!expected.includes(status)) faults.push(`${status} instead of ${expected.join("|")}`);
	if (ms > STUCK_MS) faults.push(`after ${Math.round(ms)} ms`);
	if (status >= 400 && !isUndone(heard)) faults.push(...problemFaults(heard, language));
	const told = status >= 400 ? text.replace(/"instance":"(?:[^"\\]|\\.)*"/, "") : "";
	const leak = LEAKS.exec(told);
	if (leak) faults.push(`tells "${leak[0]}"`);
	if (headers["x-powered-by"] ?? headers.server) faults.push("says what it runs on");
	return faults.length > 0 ? [...faults, text.slice(0, 300)] : faults;
}

/** SAG-21: how `POST /api/saga/start` says that an order was undone. */
const isUndone = ({ headers, text }: Heard) =>
	headers["content-type"]?.startsWith("application/json") &&
	Object.keys(JSON.parse(text)).join() === "message,saga_id,error";

function problemFaults({ status, headers, text }: Heard, language: string): string[] {
	if (!headers["content-type"]?.startsWith("application/problem+json"))
		return [`is ${headers["content-type"]}`];
	if (text === "") return []; // to a HEAD
	const body = JSON.parse(text);
	const claims: Record<string, boolean> = {
		code: /^[A-Z][A-Z0-9_]{2,60}$/.test(body.code),
		message: typeof body.message === "string" && body.message.length > 3,
		title: typeof body.title === "string" && body.title.length > 3,
		status: body.status === status,
		type: body.type === `/problems/${body.code}`,
		request_id: typeof body.request_id === "string" && body.request_id.length >= 8,
		"same request_id": body.request_id === headers["x-request-id"],
		language: headers["content-language"] === language,
		"no hole in the text": !/\{\w+\}|\[object/.test(`${body.message} ${body.title}`),
		pointers: status !== 422 || body.code !== "INVALID" || body.errors?.length > 0,
		"WWW-Authenticate": status !== 401 || "www-authenticate" in headers,
		Allow: status !== 405 || "allow" in headers,
	};
	return Object.entries(claims).flatMap(([claim, holds]) =>
		holds ? [] : [`has no right ${claim}`],
	);
}
