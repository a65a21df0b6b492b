import { demoKeys, demoUsers } from "../../config/demo/identity.ts";
import type { Fact } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import { database, type Tx } from "../../mixins/database.mixin.ts";
import { demo } from "../../mixins/demo.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";
import { firstAdmin } from "./first.actions.ts";
import { identity } from "./identity.contract.ts";
import * as users from "./identity.store.ts";
import { keyActions } from "./keys.actions.ts";
import * as keys from "./keys.store.ts";
import { sessionActions, signer } from "./sessions.actions.ts";
import { told } from "./user.ts";
import { userActions } from "./users.actions.ts";

export default service(identity, {
	mixins: [database, outbox, signer, demo(loadDemo), firstAdmin],
	actions: { ...sessionActions, ...userActions, ...keyActions },
});

async function loadDemo(tx: Tx): Promise<Fact[]> {
	const facts: Fact[] = [];
	for (const { grant, ...user } of demoUsers) {
		const account = { locale: "fr", status: "active", must_change_password: true } as const;
		const made = await users.addUser(tx, { ...account, ...user, demo: true, version: 1 }, [grant]);
		facts.push(identity.user_created(told(made)));
	}
	for (const { id, prefix, last4, hash, unlimited = false, ...plan } of demoKeys) {
		await keys.addKey(tx, { ...plan, unlimited }, { prefix, last4, hash }, { id, demo: true });
		facts.push(identity.key_created({ key_id: id, name: plan.name }));
	}
	return facts;
}
