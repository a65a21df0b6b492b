/** How a name is compared: case, accents, ligatures and spacing do not matter ("Café " is "cafe"). */
export const fold = (text: string): string =>
	text
		.normalize("NFD")
		.replaceAll(/\p{M}/gu, "")
		.toLowerCase()
		.replaceAll("œ", "oe")
		.replaceAll("æ", "ae")
		.replaceAll(/\s+/g, " ")
		.trim();
