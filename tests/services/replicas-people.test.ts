import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { env } from "../../config/env.ts";
import { sha256 } from "../../lib/api-key.ts";
import { claims } from "../../services/claims/claims.contract.ts";
import { customers } from "../../services/customers/customers.contract.ts";
import { identity } from "../../services/identity/identity.contract.ts";
import identityService from "../../services/identity/identity.service.ts";
import { type Kept, tried } from "../../services/notifications/notification.ts";
import { notifications } from "../../services/notifications/notifications.contract.ts";
import notificationsService from "../../services/notifications/notifications.service.ts";
import { noteTried } from "../../services/notifications/notifications.store.ts";
import { as } from "../support/broker.ts";
import { failure } from "../support/failure.ts";
import { stub } from "../support/stub.ts";
import { teller, tells } from "../support/teller.ts";
import { shared, twins } from "../support/twins.ts";
import { until } from "../support/until.ts";

const admin = as("admin", { actor: "admin" });

shared("two replicas of identity", () => {
	const { town, both } = twins(() => [identityService]);
	const login = (at: number, username: string, password = "comptoir-demo") =>
		identity.login(town(at), { username, password });

	test("AUT-02 failures are counted together: five by turns lock the account at both", async () => {
		for (let at = 0; at < 5; at++)
			expect(await failure(login(at, "caissier_5", "wrong"))).toMatchObject({
				type: "UNAUTHENTICATED",
			});
		for (const at of [0, 1])
			expect(await failure(login(at, "caissier_5"))).toMatchObject({ type: "ACCOUNT_LOCKED" });
	}, 60_000);

	test("AUT-05 AUT-10 D21 a token of one is good at the other, until it is ended at either", async () => {
		const { access_token: token, refresh_token } = await login(0, "maison_mere");
		const verify = (at: number) => identity.verifyToken(town(at), { token }, as("service"));
		expect(await verify(1)).toMatchObject({ username: "maison_mere" });
		expect(await verify(0)).toMatchObject({ username: "maison_mere" });
		await identity.logout(town(1), { refresh_token });
		for (const at of [0, 1])
			expect(await failure(verify(at))).toMatchObject({ type: "UNAUTHENTICATED" });
	}, 60_000);

	test("D21 a refresh token that both are shown at once is used once: both give the one that follows it", async () => {
		const { refresh_token } = await login(0, "maison_mere");
		const answers = await both((one) => identity.refresh(one, { refresh_token }));
		expect(new Set(answers.map((answer) => answer.refresh_token)).size).toBe(1);
	}, 60_000);

	test("AUT-15 a key that is revoked at one opens nothing at the other", async () => {
		const { id, key } = await identity.createKey(town(0), { name: "twin" }, admin);
		const verify = (at: number) => identity.verifyKey(town(at), { key_hash: sha256(key) });
		for (const at of [0, 1]) expect(await verify(at)).toMatchObject({ consumer: "twin" });
		await identity.revokeKey(town(0), { id }, admin);
		for (const at of [1, 0])
			expect(await failure(verify(at))).toMatchObject({ type: "UNAUTHENTICATED" });
	});
});

shared("two replicas of notifications", () => {
	const FACTS = 80;
	const got: string[] = [];
	const hook = createServer((request, answer) => {
		got.push(String(request.headers["webhook-id"]));
		answer.writeHead(204).end();
	});
	let url = "";
	beforeAll(async () => {
		await new Promise<void>((ready) => hook.listen(0, "127.0.0.1", () => ready()));
		const { port } = hook.address() as AddressInfo;
		env.webhook_hosts.push(`127.0.0.1:${port}`);
		url = `http://127.0.0.1:${port}/`;
	});
	afterAll(() => void hook.close());
	const { town, host, both, rows } = twins(() => [
		notificationsService,
		teller("claims"),
		stub(customers, {}),
		stub(identity, {}),
	]);
	const closed = (claim_id: string) =>
		claims.closed({ claim_id, customer_id: "walk_in", product_id: "7", quantity: 1 });

	test("NOT-03 NOT-04 what both may send is sent once, and told of once", async () => {
		await notifications.subscribe(town(0), { url, event_types: [claims.closed.event] }, admin);
		await tells(town(0), ...Array.from({ length: FACTS }, (_, n) => closed(`clm_${n}`)));
		await until(
			async () => {
				await both((one) => notifications.deliver(one, {}, as("service")));
				const sql = "select status from notification where channel = 'webhook'";
				return (await rows("notifications", sql)).filter(({ status }) => status === "SENT").length;
			},
			(sent) => sent === FACTS,
			60_000,
		);
		expect(got).toHaveLength(FACTS);
		expect(new Set(got).size).toBe(FACTS);
		const told = "select 1 from outbox where type = 'notifications.sent' and body like '%webhook%'";
		expect(await rows("notifications", told)).toHaveLength(FACTS);
	}, 90_000);

	test("NOT-04 who comes back late from an attempt changes nothing of what another has sent meanwhile", async () => {
		await tells(town(0), closed("clm_late"));
		const find = async () => {
			const sql = "select * from notification where channel = 'webhook' order by id desc limit 1";
			return (await rows<Kept>("notifications", sql))[0] as Kept;
		};
		const sent = await until(
			find,
			({ status, payload }) => status === "SENT" && JSON.stringify(payload).includes("clm_late"),
		);
		const before = { ...sent, attempts: 0, status: "PENDING" as const };
		const late = tried(before, { error: "it took too long", isFinal: true }, Date.now());
		const announced: unknown[] = [];
		await host("notifications", 1).db.write((tx) =>
			noteTried(tx, [{ after: late, announce: async (fact) => void announced.push(fact) }]),
		);
		expect([announced, (await find()).status]).toEqual([[], "SENT"]);
	}, 30_000);
});
