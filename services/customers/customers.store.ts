import Type, { type Static } from "typebox";
import { fold } from "../../lib/fold.ts";
import { type Reader, type Tx, table } from "../../mixins/database.mixin.ts";
import {
	Customer,
	CustomerAddress,
	customerNotFound,
	customers,
	emailTaken,
} from "./customers.contract.ts";

const ADDRESSES_READ = 200;

/** `names` is what a customer is looked up by: without accents or capitals, which differ by keyboard. */
const Row = Type.Object({ ...Customer.properties, names: Type.String() });
type Row = Static<typeof Row>;
export const profiles = table("customer", Row, "id");
const addresses = table("customer_address", CustomerAddress, "id");

const rowOf = (customer: Customer): Row => {
	const { first_name, last_name, email = "", phone = "" } = customer;
	return { ...customer, names: fold([first_name, last_name, email, phone].join(" ")) };
};
export const profileOf = ({ names: _, ...customer }: Row): Customer => customer;

export async function getCustomer(db: Reader, id: string): Promise<Customer> {
	const row = await db.find(profiles, { id });
	if (!row) throw customerNotFound({ id });
	return profileOf(row);
}

/** Its id is new: what can be taken is the e-mail address. */
export async function addCustomer(tx: Tx, customer: Customer): Promise<void> {
	if (!(await tx.claim(profiles, rowOf(customer)))) throw emailTaken();
}

export async function saveCustomer(tx: Tx, customer: Customer): Promise<void> {
	const { id, email } = customer;
	if (email && (await isTaken(tx, id, email))) throw emailTaken();
	await tx.update(profiles, { id }, rowOf(customer));
}

async function isTaken(tx: Tx, id: string, email: string) {
	const others = await tx.query(
		"select id from customer where lower(email) = $email and id <> $id",
		{ email, id },
	);
	return others.length > 0;
}

export const listAddresses = (db: Reader, customer_id: string): Promise<CustomerAddress[]> =>
	db.list(addresses, { customer_id }, { order: "id", limit: ADDRESSES_READ });

export const addAddress = (tx: Tx, address: CustomerAddress): Promise<void> =>
	tx.insert(addresses, address);

/** The demo's customers, as they are in its table. Answers what there is to tell of them. */
export async function loadDemo(
	tx: Tx,
	demo: { customers: Customer[]; addresses: CustomerAddress[] },
) {
	for (const customer of demo.customers) await tx.insert(profiles, rowOf(customer));
	for (const address of demo.addresses) await tx.insert(addresses, address);
	return demo.customers.map(({ id }) => customers.created({ customer_id: id }));
}
