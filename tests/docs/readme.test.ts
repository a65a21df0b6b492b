import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, jest, test } from "@jest/globals";
import { ROOT } from "../../scripts/markdown.ts";
import { type Product, startProduct } from "../support/product.ts";

jest.setTimeout(120_000);

const tools = ["bash", "curl", "sed", "grep"];
const PASTE_MS = 60_000; // a claim that never closes is waited for no longer
const hasAll = tools.every((tool) => spawnSync(tool, ["--version"]).status === 0);
const page = readFileSync(join(ROOT, "README.md"), "utf8");
const blocks = [...page.matchAll(/^```sh\n([^`]*)^```/gm)].map(([, text]) => text as string);

/** All that the page says to paste, in order, in one shell, with a mark between the answers. */
function paste(url: string): string[] {
	const marked = blocks.join("").replaceAll(/^(curl|until)/gm, "echo; echo @; $1");
	const script = `set -eu\n${marked.replace("http://localhost:8080", url)}`;
	const { stdout, stderr, status } = spawnSync("bash", ["-c", script], {
		encoding: "utf8",
		timeout: PASTE_MS,
	});
	expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
	return stdout
		.split("\n@\n")
		.slice(1)
		.map((answer) => answer.trim());
}

(hasAll ? describe : describe.skip)("the lines to paste", () => {
	let product: Product;
	let answers: any[];
	beforeAll(async () => {
		product = await startProduct();
		answers = paste(product.url).map((answer) =>
			answer.startsWith("{") ? JSON.parse(answer) : answer,
		);
	});
	afterAll(async () => {
		await product.stop();
		product.remove();
	});

	test("find products, where they are, and the same by GraphQL", () => {
		const [products, availability, graphql] = answers;
		expect(products.items).toHaveLength(2);
		expect(availability.locations).toContainEqual({ location_id: "online", available: 100 });
		expect(graphql.data.products.items).toHaveLength(2);
	});

	test("order once, however often they are pasted", () => {
		const [, , , first, again, other] = answers;
		expect(first).toMatchObject({ message: "Commande confirmée", total_cents: 17_246 });
		expect(again).toEqual(first);
		expect(other.code).toBe("IDEMPOTENCY_KEY_REUSED");
	});

	test("show the saga, and cancel its order", () => {
		const [, , , first, , , saga, cancelled, history] = answers;
		expect(saga.steps.map((one: any) => one.status)).toEqual(Array(5).fill("SUCCESS"));
		expect(cancelled).toMatchObject({ message: "Commande annulée", order_id: first.order_id });
		expect(history.items.at(-1).to).toBe("CANCELLED");
	});

	test("CLM-01 follow a claim to its end, and show what each has done about it", () => {
		const [closed, history, sagas, unled] = answers.slice(9);
		expect(closed).toMatchObject({ status: "CLOSED", amount_cents: 4_599, decided_by: "rule" });
		const states = "SUBMITTED APPROVED REFUND_PENDING REFUNDED STOCK_ADJUSTED CLOSED";
		expect(history.items.map((one: any) => one.status).join(" ")).toBe(states);
		expect(sagas.items).toMatchObject([{ kind: "choreographed", claim_id: closed.id }]);
		expect(unled).toMatchObject({ status: "COMPLETED", message: "Commande confirmée" });
	});

	test("AUD-04 show an auditor where it came from, and that nothing was altered", () => {
		const [logs, events, verdict] = answers.slice(13);
		const actions = logs.items.map((one: any) => one.action);
		expect(actions).toEqual(
			expect.arrayContaining(["claims.submitted", "payments.refunded", "inventory.adjusted"]),
		);
		expect(events.items.slice(0, 2).map((one: any) => one.type)).toEqual([
			"claims.submitted",
			"claims.approved",
		]);
		expect(verdict).toMatchObject({ valid: true, from: 1 });
	});

	test("NOT-04 answer head office with a table, and send facts where it says, until it ends that", () => {
		const [table, made, ended] = answers.slice(16);
		const [head, ...rows] = String(table).split("\n");
		expect(head).toContain("product_name,orders,cancelled,units,returned");
		expect(rows.join("\n")).toContain("Bouilloire en acier");
		expect(made).toMatchObject({ status: "ACTIVE", secret: expect.stringMatching(/^whsec_/) });
		expect(ended).toMatchObject({ id: made.id, status: "ENDED" });
	});

	test("are refused, undone, and leave the books balanced", () => {
		const [refused, configured, declined, saga, , books] = answers.slice(19);
		expect(refused).toMatchObject({ code: "OUT_OF_STOCK", title: "Not enough stock" });
		expect(configured.failure_rate).toBe(100);
		expect(declined).toMatchObject({ status: 402, code: "PAYMENT_DECLINED" });
		const undone = saga.steps.flatMap(({ compensation }: any) => compensation?.step ?? []);
		expect([saga.status, undone]).toEqual(["COMPENSATED", ["RELEASE_STOCK", "CANCEL_ORDER"]]);
		expect(books.drift).toBe(0);
	});
});
