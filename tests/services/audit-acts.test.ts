import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { audit } from "../../services/audit/audit.contract.ts";
import auditService from "../../services/audit/audit.service.ts";
import { as, broker } from "../support/broker.ts";
import { until } from "../support/until.ts";

const node = broker([auditService]);
beforeAll(() => node.start());
afterAll(() => node.stop());

test("GTW-13 what an operator does at another door is an event of the store, with who did it and why", async () => {
	const act = { act: "gateway.drain", target: "orders.2", reason: "Mise à jour" };
	await audit.record(node, act, as("admin", { actor: "usr_1" }));
	const { items } = await until(
		() => audit.logs(node, { action: audit.acted.event }, as("auditor")),
		({ items }) => items.length > 0,
	);
	expect(items).toMatchObject([
		{ actor: "usr_1", role: "admin", entity: "act", entity_id: "gateway.drain", after: act },
	]);
});
