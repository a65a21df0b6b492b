/** Since when the demo's customers are ours. */
const SINCE = "2025-01-06T14:00:00.000Z";

const PEOPLE: [id: string, first_name: string, last_name: string, locale: "fr" | "en"][] = [
	["1", "Camille", "Tremblay", "fr"],
	["123", "John", "Smith", "en"],
	["customer_1", "Amélie", "Gagnon", "fr"],
	["customer_001", "Olivier", "Roy", "fr"],
	["2", "Jade", "Côté", "fr"],
	["3", "Samuel", "Bouchard", "fr"],
	["4", "Nadia", "Benali", "fr"],
	["5", "Emily", "Johnson", "en"],
	["6", "Félix", "Gauthier", "fr"],
	["7", "Florence", "Morin", "fr"],
	["8", "Minh", "Nguyen", "fr"],
	["9", "Rosalie", "Lavoie", "fr"],
	["10", "Thomas", "Fortin", "fr"],
	["11", "Sarah", "Brown", "en"],
	["12", "Zoé", "Ouellet", "fr"],
	["13", "Antoine", "Pelletier", "fr"],
	["14", "Maïka", "Awashish", "fr"],
	["15", "Liam", "Wilson", "en"],
	["16", "Léa", "Bélanger", "fr"],
	["17", "Gabriel", "Lévesque", "fr"],
	["18", "Inès", "Haddad", "fr"],
	["19", "Noah", "Bergeron", "fr"],
	["20", "Juliette", "Leblanc", "fr"],
	["walk_in", "Client", "au comptoir", "fr"],
];

/** Customer `1` is the one who can log in; who pays at the counter leaves no address. */
const emailOf = (id: string) =>
	id === "1" ? "user@example.com" : `client_${id.replace("customer_", "c")}@example.com`;

const MONTREAL = { city: "Montréal", province: "QC", postal_code: "H2X 1Y4", country: "CA" };
const PLACES: [customer_id: string, line1: string, city: string][] = [
	["1", "123 Main St", "Montréal"],
	["123", "123 Main St", "Montreal"],
	["customer_1", "123 Test St", "Montréal"],
	["customer_001", "123 Main St", "Montréal"],
];

export const customersDemo = {
	customers: PEOPLE.map(([id, first_name, last_name, locale]) => ({
		id,
		first_name,
		last_name,
		...(id !== "walk_in" && { email: emailOf(id) }),
		locale,
		status: "active" as const,
		version: 1,
		created_at: SINCE,
		updated_at: SINCE,
	})),
	addresses: PLACES.map(([customer_id, line1, city]) => ({
		...MONTREAL,
		id: `adr_${customer_id}`,
		customer_id,
		label: "Maison",
		line1,
		city,
		created_at: SINCE,
	})),
};
