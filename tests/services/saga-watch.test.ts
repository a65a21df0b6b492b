import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { registry } from "../../config/metrics.ts";
import type { Database } from "../../mixins/database.mixin.ts";
import { sagas } from "../../services/saga/saga.contract.ts";
import sagaService from "../../services/saga/saga.service.ts";
import type { State } from "../../services/saga/state.ts";
import { as, broker } from "../support/broker.ts";

const shop = broker([sagaService]);
beforeAll(() => shop.start());
afterAll(() => shop.stop());

const service = () =>
	shop.getLocalService("saga") as unknown as {
		db: Database;
		watch(now: number): Promise<{ overdue: number; blocked: number }>;
	};
const LONG_AGO = 1_000;

/** A saga of a definition that this process does not have, as an older or newer one left it. */
async function orphan(saga_id: string) {
	const doc: State = {
		saga_id,
		status: "RUNNING",
		state: "STOCK_CHECKING",
		input: {},
		steps: [],
		blocked: false,
		paused: false,
		exceptions: 0,
		created_at: LONG_AGO,
		updated_at: LONG_AGO,
		deadline_at: LONG_AGO,
		wake_at: LONG_AGO,
		finished_at: null,
	};
	await service().db.write((tx) =>
		tx.query(
			`insert into saga (saga_id, shard, kind, name, version, hash, business_key, status, state, rev,
				epoch, blocked, paused, exceptions, wake_at, deadline_at, doc, correlation_id, actor,
				created_at, updated_at)
			values ($saga_id, 0, 'orchestrated', 'gone', 9, 'x', $saga_id, 'RUNNING', 'STOCK_CHECKING', 1,
				0, 0, 0, 0, ${LONG_AGO}, ${LONG_AGO}, $doc, 'c', 'a', ${LONG_AGO}, ${LONG_AGO})
			returning saga_id`,
			{ saga_id, doc },
		),
	);
}

test("G13 SAG-24 a saga whose definition nobody has waits, is shown as blocked, and is counted as overdue", async () => {
	await orphan("saga_orphan");
	const seen = await sagas.get(shop, { saga_id: "saga_orphan" }, as("admin"));
	expect(seen).toMatchObject({
		status: "STOCK_CHECKING",
		blocked: true,
		error: { code: "DEFINITION_MISSING", message: "Nobody runs gone version 9" },
	});

	expect(await service().watch(Date.now())).toEqual({ overdue: 1, blocked: 0 });
	expect(await registry.metrics()).toMatch(/^saga_orchestrator_overdue 1$/m);
});
