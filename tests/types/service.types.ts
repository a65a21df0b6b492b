import Type from "typebox";
import { action, contract } from "../../lib/contract.ts";
import { event } from "../../lib/fact.ts";
import { service } from "../../lib/service.ts";
import { database, table } from "../../mixins/database.mixin.ts";
import { outbox } from "../../mixins/outbox.mixin.ts";

const seats = contract("seats", {
	take: action({ params: { row: Type.String() }, returns: Type.Object({ seat: Type.Integer() }) }),
	give: action({ params: { row: Type.String() } }),
	taken: event({ row: Type.String() }, { about: "row:{row}" }),
});
const Row = Type.Object({ row: Type.String(), free: Type.Integer() });

const take = async () => ({ seat: 1 });
const give = async () => {};
const rows = table("row", Row, "row");

// @ts-expect-error a handler is missing
service(seats, { actions: { take } });

// @ts-expect-error a handler is not in the contract
service(seats, { actions: { take, give, typo: give } });

// @ts-expect-error the reply is not the contract's
service(seats, { actions: { take: async () => ({ seat: "1" }), give } });

// @ts-expect-error the outbox needs a database
service(seats, { mixins: [outbox], actions: { take, give } });

// @ts-expect-error a key is a column
table("row", Row, "sku");

service(seats, {
	mixins: [database, outbox],
	actions: {
		async take(ctx) {
			// @ts-expect-error not a parameter
			ctx.params.nope;
			// @ts-expect-error no mixin adds it
			this.nope;
			return { seat: ctx.params.row.length };
		},
		give,
	},
	async started() {
		await this.db.write(async (tx) => {
			const row = await tx.find(rows, { row: "A" });
			row?.free.toFixed();
			// @ts-expect-error not a column
			await tx.find(rows, { sku: "tea" });
			// @ts-expect-error a row is whole
			await tx.insert(rows, { row: "A" });
			await this.announce(tx, seats.taken({ row: "A" }));
			// @ts-expect-error a call is not a fact
			await this.announce(tx, seats.give);
		});
		// @ts-expect-error what only reads cannot write
		await this.db.read((db) => db.remove(rows, { row: "A" }));
	},
});
