import { Counter } from "prom-client";
import { registry } from "../../config/metrics.ts";
import type { Fact, Recorded } from "../../lib/fact.ts";
import type { Tx } from "../../mixins/database.mixin.ts";
import { type Happening, isOver, stateAfter, usage } from "./claim.ts";
import { type Claim, claims } from "./claims.contract.ts";
import * as store from "./claims.store.ts";
import { moveUsage } from "./lines.store.ts";
import { type Said, type Step, settle } from "./refund.ts";

const reached = new Counter({
	name: "claims_total",
	help: "Claims by the states that they have come to.",
	labelNames: ["status"],
	registers: [registry],
});

/** Writes what happens to a claim, and tells it in the same words: its facts are its events. */
export async function happen(
	host: Host,
	tx: Tx,
	before: Claim | undefined,
	happened: readonly (Happening & { actor: string })[],
): Promise<Claim> {
	const claim = await store.append(tx, before, happened);
	const { purchase } = claim;
	if (purchase) await moveUsage(tx, purchase, usage(before), usage(claim));
	for (const { type, data } of happened)
		await host.announce(tx, (claims[type] as (data: unknown) => Fact)(data));
	tx.afterCommit(() => {
		for (const { type } of happened) reached.inc({ status: stateAfter[type] });
	});
	return claim;
}

/** Lets a claim follow what others say of its refund, in whatever order they are heard. */
export async function follow(
	host: Host,
	tx: Tx,
	step: Step,
	{ payload, producer: actor }: Recorded<string, Said & { claim_id?: string }>,
): Promise<void> {
	const { claim_id, refund_id, refund_cents, reason } = payload;
	if (!claim_id) return; // of an order, or of a shelf
	const claim = await store.findClaim(tx, claim_id);
	if (!claim) throw new Error(`${actor} says ${step} of claim ${claim_id}, which does not exist`);
	if (isOver(claim)) return;
	const said = {
		...(refund_id && { refund_id }),
		...(refund_cents !== undefined && { refund_cents }),
		...(reason && { reason }),
	};
	const heard = { step, said, actor };
	const early = await store.listWaiting(tx, claim_id);
	const { happened, waiting } = settle(claim, [...early, heard]);
	if (waiting.includes(heard)) await store.addWaiting(tx, claim_id, heard);
	for (const one of early) if (!waiting.includes(one)) await store.removeWaiting(tx, claim_id, one);
	if (happened.length > 0) await happen(host, tx, claim, happened);
}

interface Host {
	announce(tx: Tx, fact: Fact): Promise<void>;
}
