import { explain, type RefusalEntry } from "../../lib/refusal.ts";
import type { Operation } from "./routes.ts";

/** Refusals of one status are one answer, with an example of each. */
export function problemsOf(refusals: Operation["refusals"]) {
	const byStatus = Map.groupBy(refusals.values(), ({ status }) => String(status));
	const described = [...byStatus].map(([status, entries]) => [
		status,
		{
			description: entries.map(({ code }) => code).join(", "),
			content: {
				"application/problem+json": {
					schema: { $ref: "#/components/schemas/Problem" },
					examples: Object.fromEntries(
						entries.map((entry) => [entry.code, { value: problem(entry) }]),
					),
				},
			},
		},
	]);
	return { ...Object.fromEntries(described), default: ANY_PROBLEM };
}

const problem = (entry: RefusalEntry) => {
	const message = explain(entry, new Proxy({}, { get: () => "…" }), "fr");
	return {
		type: `/problems/${entry.code}`,
		title: message,
		status: entry.status,
		code: entry.code,
		message,
	};
};

const ANY_PROBLEM = {
	description: "A problem document (RFC 9457)",
	content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
};
const text = { type: "string" };
export const PROBLEM = {
	type: "object",
	required: ["type", "title", "status", "code", "message", "request_id"],
	properties: {
		...{ type: text, title: text, status: { type: "integer" }, code: text, message: text },
		...{ detail: text, instance: text, request_id: text, saga_id: text },
		errors: {
			type: "array",
			items: { type: "object", properties: { pointer: text, code: text, message: text, in: text } },
		},
	},
};
