const taxes = { gst_no: "123456789 RT0001", qst_no: "1234567890 TQ0001" };

interface DemoLocation {
	id: string;
	code: string;
	name_fr: string;
	name_en: string;
	type?: "logistics_centre" | "head_office" | "online" | "in_transit";
	aliases?: string[];
	district?: string;
	address?: string;
}

const places: DemoLocation[] = [
	{
		id: "1",
		code: "MTL",
		name_fr: "Montréal Centre",
		name_en: "Montréal Centre",
		aliases: ["Magasin 1"],
		district: "Ville-Marie",
		address: "1200, rue Sainte-Catherine Ouest, Montréal (Québec) H3B 1K1",
	},
	{
		id: "2",
		code: "QUE",
		name_fr: "Québec",
		name_en: "Québec City",
		aliases: ["Magasin 2"],
		district: "Saint-Roch",
		address: "540, rue Saint-Joseph Est, Québec (Québec) G1K 3B9",
	},
	{
		id: "3",
		code: "SHE",
		name_fr: "Sherbrooke",
		name_en: "Sherbrooke",
		aliases: ["Magasin 3"],
		district: "Vieux-Nord",
		address: "95, rue Wellington Nord, Sherbrooke (Québec) J1H 5B8",
	},
	{
		id: "4",
		code: "TRV",
		name_fr: "Trois-Rivières",
		name_en: "Trois-Rivières",
		aliases: ["Magasin 4"],
		district: "Vieux-Trois-Rivières",
		address: "310, rue des Forges, Trois-Rivières (Québec) G9A 2G8",
	},
	{
		id: "5",
		code: "GAT",
		name_fr: "Gatineau",
		name_en: "Gatineau",
		aliases: ["Magasin 5"],
		district: "Hull",
		address: "155, promenade du Portage, Gatineau (Québec) J8X 2K4",
	},
	{
		id: "logistics",
		code: "LOG",
		type: "logistics_centre",
		name_fr: "Centre logistique",
		name_en: "Logistics centre",
		district: "Parc industriel",
		address: "2500, boulevard Industriel, Boucherville (Québec) J4B 2X5",
	},
	{
		id: "head_office",
		code: "HO",
		type: "head_office",
		name_fr: "Maison mère",
		name_en: "Head office",
		district: "Griffintown",
		address: "400, rue Peel, Montréal (Québec) H3C 2G8",
	},
	{
		id: "online",
		code: "WEB",
		type: "online",
		name_fr: "Boutique en ligne",
		name_en: "Online shop",
	},
	{
		id: "in_transit",
		code: "TRN",
		type: "in_transit",
		name_fr: "En transit",
		name_en: "In transit",
	},
];

/** The places of the demo chain: five stores, and those that serve them. */
export const locations = places.map((place) => ({ ...place, ...taxes }));
