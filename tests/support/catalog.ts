import { afterAll, beforeAll } from "@jest/globals";
import { checkDigitOf } from "../../lib/gtin.ts";
import { open } from "../../mixins/database/open.ts";
import { catalog } from "../../services/catalog/catalog.contract.ts";
import catalogService from "../../services/catalog/catalog.service.ts";
import { as, broker } from "./broker.ts";
import { failure } from "./failure.ts";

/** The catalogue in a broker of its own, with the demo products, and without a cache. */
export const shop = broker([catalogService], { cacher: false });
export const db = open("catalog");
beforeAll(() => shop.start());
afterAll(async () => {
	await shop.stop();
	await db.close();
});

export const hq = as("head_office");

let count = 0;
export const aProduct = (over: object = {}) => {
	count++;
	const said = { sku: `T-${count}`, name_fr: `Essai ${count}`, price_cents: 1000 };
	return catalog.create(shop, { ...said, ...over }, hq);
};

let codes = 0;
export const nextBarcode = () => {
	const digits = `400${String(++codes).padStart(9, "0")}`;
	return `${digits}${checkDigitOf(digits)}`;
};

export const factsAbout = async (id: string, kind = "product") => {
	const sql = "select type, body from outbox where key = $key order by seq";
	const rows = await db.read((read) =>
		read.query<{ type: string; body: string }>(sql, { key: `${kind}:${id}` }),
	);
	return rows.map(({ type, body }) => ({ type, payload: JSON.parse(body) }));
};

/** What the tables themselves say of a write that goes around the code; nothing when it is kept. */
export async function around(sql: string): Promise<string | undefined> {
	const refused = await failure(db.write((tx) => tx.script(sql)));
	const { parent, message } = (refused ?? {}) as { parent?: Error; message?: string };
	return parent?.message ?? message; // Sequelize calls any unique key a "Validation error"
}
