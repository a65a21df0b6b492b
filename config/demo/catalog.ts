import type { Static } from "typebox";
import type { TaxClass } from "../../lib/fields.ts";
import { checkDigitOf } from "../../lib/gtin.ts";

/** The assortment of the demo chain: one line a product, as `id | names | cents | what differs`. */
const ASSORTMENT: Record<string, { category: [fr: string, en: string]; products: string[] }> = {
	1: {
		category: ["Maison", "Home"],
		products: [
			"1 | Bouteille isotherme | Insulated bottle | 2500",
			"2 | Tasse en grès | Stoneware mug | 1000",
			"3 | Bol à soupe | Soup bowl | 1250",
			"4 | Planche à découper | Cutting board | 2995",
			"5 | Sac à dos 25 L | Backpack 25 L | 10000",
			"6 | Linges à vaisselle | Tea towels | 1499",
			"7 | Chandelle de soja | Soy candle | 1899",
			"8 | Cafetière programmable | Programmable coffee maker | 13915",
			"product_123 | Bouilloire en acier | Steel kettle | 4000",
		],
	},
	2: {
		category: ["Livres", "Books"],
		products: [
			"9 | Beau livre « Le fleuve » | The River | 9523 | BOOK_ISBN",
			"10 | Roman de poche | Paperback novel | 1495 | BOOK_ISBN",
			"11 | Livre de recettes | Cookbook | 3495 | BOOK_ISBN",
			"12 | Album jeunesse | Picture book | 1895 | BOOK_ISBN",
			"13 | Atlas du Québec | Atlas of Québec | 4995 | BOOK_ISBN",
			"14 | Dictionnaire visuel | Visual dictionary | 5995 | BOOK_ISBN",
			"15 | Guide des oiseaux | Bird guide | 3295 | BOOK_ISBN",
			"16 | Bande dessinée | Comic book | 2195 | BOOK_ISBN",
		],
	},
	3: {
		category: ["Épicerie", "Grocery"],
		products: [
			"17 | Farine 2,5 kg | Flour | 699 | BASIC_GROCERY",
			"18 | Café moulu | Ground coffee | 1199 | BASIC_GROCERY",
			"19 | Sirop d'érable 540 ml | Maple syrup | 999 | BASIC_GROCERY",
			"20 | Lait 2 L | Milk | 465 | BASIC_GROCERY",
			"21 | Pain tranché | Sliced bread | 399 | BASIC_GROCERY",
			"22 | Œufs (12) | Eggs | 479 | BASIC_GROCERY",
			"23 | Beurre 454 g | Butter | 699 | BASIC_GROCERY",
			"24 | Pâtes 900 g | Pasta | 299 | BASIC_GROCERY",
		],
	},
	4: {
		category: ["Collations", "Snacks"],
		products: [
			"25 | Croustilles | Chips | 429",
			"26 | Chocolat noir | Dark chocolate | 399",
			"27 | Boisson gazeuse | Soft drink | 199",
			"28 | Crème glacée individuelle | Single ice cream | 349 | SNACK_QST_ZERO",
			"29 | Pouding individuel | Single pudding | 249 | SNACK_QST_ZERO",
			"30 | Muffin | Muffin | 275 | SNACK_QST_ZERO",
			"31 | Noix salées | Salted nuts | 799",
			"32 | Jujubes | Gummies | 99",
		],
	},
	5: {
		category: ["Papeterie", "Stationery"],
		products: [
			"33 | Carnet ligné A5 | Lined notebook | 1299",
			"34 | Gomme à effacer | Eraser | 50",
			"35 | Crayons (12) | Pencils | 899",
			"36 | Cahier d'exercices | Exercise book | 199",
			"37 | Agrafeuse | Stapler | 1699",
			"38 | Ruban adhésif | Tape | 349",
			"39 | Classeur | Binder | 799",
			"40 | Chemise cartonnée | File folder | 10",
		],
	},
	6: {
		category: ["Quincaillerie", "Hardware"],
		products: [
			"41 | Marteau | Hammer | 2499",
			"42 | Tournevis (6) | Screwdrivers | 2999",
			"43 | Ruban à mesurer 5 m | Tape measure | 1599",
			"44 | Perceuse sans fil | Cordless drill | 9999",
			"45 | Clés hexagonales | Hex keys | 1899",
			"46 | Vis à bois (100) | Wood screws | 899",
			"47 | Niveau 60 cm | Level | 2699",
			"48 | Gants de travail | Work gloves | 1499",
		],
	},
	7: {
		category: ["Vêtements", "Clothing"],
		products: [
			"49 | Tuque en laine | Wool hat | 2995",
			"50 | Foulard | Scarf | 3495",
			"51 | Mitaines | Mittens | 2495",
			"52 | Chaussettes (3) | Socks | 1799",
			"53 | T-shirt | T-shirt | 2295",
			"54 | Chandail à capuchon | Hoodie | 5995",
			"55 | Imperméable | Raincoat | 17900",
			"56 | Bottes de pluie | Rain boots | 6495",
		],
	},
	8: {
		category: ["Santé, bébé", "Health, baby"],
		products: [
			"57 | Couches (60) | Diapers | 2999 | DIAPERS",
			"58 | Tire-lait | Breast pump | 8999 | BREASTFEEDING",
			"59 | Serviettes hygiéniques | Pads | 799 | FEMININE_HYGIENE",
			"60 | Tampons | Tampons | 899 | FEMININE_HYGIENE",
			"61 | Savon doux | Mild soap | 599",
			"62 | Brosse à dents | Toothbrush | 399",
			"63 | Shampooing | Shampoo | 899",
			"64 | Carte-cadeau 25 $ | Gift card | 2500 | GIFT_CARD",
		],
	},
};

export const categories = Object.entries(ASSORTMENT).map(([id, { category }]) => ({
	id,
	name_fr: category[0],
	name_en: category[1],
}));

export const products = Object.entries(ASSORTMENT).flatMap(
	([category_id, { category, products }]) =>
		products.map((line) => {
			const [id = "", name_fr = "", name_en = "", cents, tax_class = "STANDARD"] =
				line.split(" | ");
			const number = numberOf(id);
			const digits = `200${String(number).padStart(9, "0")}`;
			return {
				id,
				sku: `CPT-${String(number).padStart(4, "0")}`,
				name_fr,
				name_en,
				description_fr: `${name_fr}, au rayon ${category[0]}.`,
				description_en: `${name_en}, in ${category[1]}.`,
				price_cents: Number(cents),
				tax_class: tax_class as Static<typeof TaxClass>,
				status: tax_class === "GIFT_CARD" ? ("draft" as const) : ("active" as const),
				category_ids: [category_id],
				barcodes: [{ code: `${digits}${checkDigitOf(digits)}` }],
			};
		}),
);

export const suppliers = [
	{ id: "1", code: "BOREALE", name: "Maison Boréale", lead_time_days: 7 },
	{ id: "2", code: "FLEUVE", name: "Livres du Fleuve", lead_time_days: 10 },
	{ id: "3", code: "LAURENTIENNE", name: "Épicerie Laurentienne", lead_time_days: 2 },
	{ id: "4", code: "GENERAL", name: "Comptoir Général", lead_time_days: 5 },
].map((supplier) => ({
	...supplier,
	contact: `commandes@${supplier.code.toLowerCase()}.example`,
	language: "fr" as const,
}));

/** Gift cards are our own; all else is bought, at 50 to 60 % of its price. */
export const supplies = products
	.filter(({ status }) => status === "active")
	.map(({ id, sku, price_cents }) => {
		const number = numberOf(id);
		return {
			supplier_id: supplierOf(id, number),
			product_id: id,
			supplier_sku: `F${sku.slice(3)}`,
			cost_cents: Math.floor((price_cents * (50 + (number % 11))) / 100),
			min_order_qty: 6 * (1 + (number % 4)),
		};
	});

function numberOf(id: string) {
	return Number(id.replace("product_", ""));
}

function supplierOf(id: string, number: number) {
	if (number <= 8 || id === "product_123") return "1";
	if (number <= 16) return "2";
	return number <= 32 ? "3" : "4";
}
