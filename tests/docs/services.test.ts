import { expect, test } from "@jest/globals";
import { tablesAfter } from "../../scripts/services.ts";

test("a table that a migration makes over is listed once, under the name that it keeps", () => {
	const made = "create table refund (id text);\ncreate table due (id text);\n";
	const over =
		"create table refund_of_0002 (id text);\ndrop table refund;\nalter table refund_of_0002 rename to refund;\ndrop table due;\n";
	expect(tablesAfter(made)).toEqual(["refund", "due"]);
	expect(tablesAfter(made + over)).toEqual(["refund"]);
});
