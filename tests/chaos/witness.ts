import type { Books } from "./books.ts";

const LOOK_MS = 1_000;

/** What must hold at every moment, while it works: each row is something that is wrong. */
const ALWAYS: readonly [context: string, sql: string][] = [
	[
		"inventory",
		`select location_id || ':' || product_id || ' has ' || on_hand || ', holds ' || reserved as wrong
		from stock_level where on_hand < 0 or reserved < 0`,
	],
	[
		"inventory",
		`select l.location_id || ':' || l.product_id || ' is not the sum of its ledger' as wrong
		from stock_level l join (
			select location_id, product_id, sum(on_hand_delta) as on_hand, sum(reserved_delta) as reserved
			from stock_movement group by location_id, product_id
		) m on m.location_id = l.location_id and m.product_id = l.product_id
		where m.on_hand <> l.on_hand or m.reserved <> l.reserved`,
	],
	[
		"payments",
		`select id || ' gave back more than it took' as wrong from payment
		where refunded_cents > captured_cents or captured_cents > amount_cents`,
	],
	[
		"saga",
		`select business_key || ' has ' || count(*) || ' sagas' as wrong from saga
		where status <> 'COMPENSATED' group by name, business_key having count(*) > 1`,
	],
];

/** Looks at the books all the while. */
export function witness(books: Books) {
	const seen: string[] = [];
	let looks = 0;
	let looking: Promise<void> | undefined;

	const look = async () => {
		for (const [context, sql] of ALWAYS)
			for (const { wrong } of await books.rows<{ wrong: string }>(context, sql)) seen.push(wrong);
		looks++;
	};
	const timer = setInterval(() => {
		looking ??= look()
			.catch(() => {}) // the database is away
			.finally(() => {
				looking = undefined;
			});
	}, LOOK_MS);
	return {
		seen,
		/** How often all was looked at. */
		looks: () => looks,
		async leave(): Promise<void> {
			clearInterval(timer);
			await looking;
		},
	};
}
