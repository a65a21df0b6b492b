import { afterAll, beforeAll } from "@jest/globals";
import { type Client, client } from "./client.ts";
import { within } from "./mode.ts";
import { type Product, startProduct } from "./product.ts";

/** Who may be let in, by what a test calls them. */
const PEOPLE = {
	buyer: ["user@example.com", "password"],
	admin: ["admin", "admin"],
	office: ["maison_mere"],
	logistics: ["logistique"],
	manager: ["gerant_1"],
	till: ["caissier_1"],
	supplier: ["fournisseur_1"],
	auditor: ["verificateur"],
} satisfies Record<string, [name: string, password?: string]>;
type Who = keyof typeof PEOPLE;

interface Shop {
	product: Product;
	shop: Client;
}

/** A product that runs while the tests of a file do, and the tokens of those who are let in. */
export function open<W extends Who>(...who: W[]): Shop & Readonly<Record<W, string>> {
	const here = {} as Shop & Record<Who, string>;
	beforeAll(async () => {
		here.product = await startProduct();
		here.shop = client(here.product);
		for (const one of who) here[one] = await login(here.shop, PEOPLE[one]);
	}, within(60_000));
	afterAll(async () => {
		await here.product?.stop();
		here.product?.remove();
	});
	return here;
}

const login = (shop: Client, [name, password]: string[]) => shop.login(name ?? "", password);
