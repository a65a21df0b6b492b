import type { ServiceSchema } from "moleculer";
import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import type { Fact } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import { database } from "../../mixins/database.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";

/** A context that announces whatever it is told to, as the one of that name would. */
export function player(name: string): ServiceSchema {
	const said = Type.Unsafe<Fact[]>(Type.Array(Type.Unknown()));
	const part = contract(name, { say: action({ params: { facts: said } }) });
	return service(part, {
		mixins: [database, outbox],
		actions: {
			async say(ctx) {
				for (const fact of ctx.params.facts)
					await this.db.write((tx) => this.announce(tx, fact, ctx));
			},
		},
	});
}
