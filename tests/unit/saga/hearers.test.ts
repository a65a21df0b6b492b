import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import type { ServiceSchema } from "moleculer";
import { choreography } from "../../../sagas/choreography.ts";
import { claimRefund } from "../../../sagas/claim-refund.choreography.ts";
import { eventsOf } from "../../../sagas/reaction.ts";
import { claims } from "../../../services/claims/claims.contract.ts";
import { payments } from "../../../services/payments/payments.contract.ts";
import { CHOREOGRAPHIES } from "../../../services/saga/definitions.ts";
import { deafTo } from "../../../services/saga/story-wiring.ts";

const ROOT = join(import.meta.dirname, "../../..");
const pathOf = (who: string) => join(ROOT, `services/${who}/${who}.service.ts`);

/** What each context that takes part really listens to. */
async function listeners(): Promise<Map<string, object>> {
	const names = [
		...new Set(CHOREOGRAPHIES.flatMap(({ reactions }) => reactions.map(({ who }) => who))),
	];
	const found = [...names, "saga"].filter((who) => existsSync(pathOf(who)));
	const schemas = await Promise.all(
		found.map(async (who) => {
			const { default: schema } = (await import(pathOf(who))) as { default: ServiceSchema };
			return [who, (schema as { hears?: object }).hears ?? {}] as const;
		}),
	);
	return new Map(schemas);
}

const nobody = () => undefined;

describe.each(CHOREOGRAPHIES.map((of) => [of.name, of] as const))("%s", (_, of) => {
	test("CLM-07 CLM-13 every fact said is heard or an end, and every context hears its part", async () => {
		const hears = await listeners();
		expect(deafTo(of, (who) => hears.get(who))).toEqual([]);
	});

	test("SAG-27 the watcher listens to every fact of it", async () => {
		const hears = (await listeners()).get("saga") ?? {};
		expect(eventsOf(of).filter((event) => !(event in hears))).toEqual([]);
	});
});

describe("a declaration that cannot go on", () => {
	const lost = choreography("lost", { version: 1, key: "claim_id", named: "claim_id", keeps: [] })
		.begins("APPROVE_CLAIM", claims.approved)
		.when(claims.approved)
		.by("payments", "REFUND")
		.says(payments.refunded)
		.or(payments.refund_refused)
		.within("10m")
		.ends({ COMPLETED: [payments.refunded], COMPENSATED: [] })
		.build();

	test("names the fact that nobody hears", () => {
		expect(deafTo(lost, nobody)).toEqual(["nobody hears payments.refund_refused, which is no end"]);
	});

	test("names the context that does not listen", () => {
		const deaf = deafTo(claimRefund, (who) => (who === "payments" ? {} : undefined));
		expect(deaf).toEqual([
			"payments does not hear claims.approved",
			"payments does not hear inventory.return_refused",
		]);
	});

	test("does not compile where a fact does not name what the story is about", () => {
		const opening = () =>
			choreography("x", { version: 1, key: "claim_id", named: "claim_id", keeps: [] });
		// @ts-expect-error payments.captured says nothing of a claim
		expect(() => opening().begins("PAY", payments.captured)).not.toThrow();
	});
});
