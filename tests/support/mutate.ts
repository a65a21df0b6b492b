import { Compile } from "typebox/compile";

/** JSON Schema, as far as contracts use it. */
export interface Schema {
	type?: string | readonly string[];
	properties?: Record<string, Schema>;
	required?: readonly string[];
	additionalProperties?: unknown;
	items?: Schema;
	anyOf?: readonly Schema[];
	enum?: readonly unknown[];
	const?: unknown;
	minimum?: number;
	maximum?: number;
	maxLength?: number;
	minItems?: number;
	maxItems?: number;
	uniqueItems?: boolean;
}
export interface Mutation {
	readonly what: string;
	readonly text: string;
}

/** One of them fits any text that a contract asks for. */
const TEXTS = [
	"1",
	"Magasin 1",
	"H2X 1Y4",
	"essai-1",
	"essai@example.com",
	"QC",
	"TEA-1",
	"96385074",
	"4111 1111 1111 1111",
	"2026-01-05",
	"2026-01-05T14:30:00.000Z",
	"une-phrase-assez-longue",
	"America/Toronto",
	"123456789 RT0001",
	"1234567890 TQ0001",
	"00:00",
	"12.50",
	"514-555-0100",
	"TEA",
];
const NAMED: Record<string, unknown> = {
	location: "1",
	customer_id: "customer_1",
	product_id: "1",
};

export const checks = (schema: Schema) => {
	const compiled = Compile(schema as never);
	return (value: unknown) => compiled.Check(value);
};

/** A value that the schema accepts, with every field that it knows. */
export function valid(schema: Schema, name = ""): unknown {
	if ("const" in schema) return schema.const;
	if (schema.enum) return schema.enum[0];
	if (schema.anyOf) return valid(richest(schema.anyOf), name);
	const type = typeof schema.type === "string" ? schema.type : schema.type?.[0];
	switch (type) {
		case "object":
			return Object.fromEntries(
				Object.entries(schema.properties ?? {}).map(([key, one]) => [key, valid(one, key)]),
			);
		case "array":
			return schema.items ? [valid(schema.items, name)] : [];
		case "integer":
		case "number":
			return Math.max(schema.minimum ?? 1, Math.min(1, schema.maximum ?? 1));
		case "boolean":
			return false;
		case "string":
			return textFor(schema, name);
		default:
			return null;
	}
}

const richest = (choices: readonly Schema[]): Schema =>
	choices.find(({ type }) => type === "object") ?? (choices[0] as Schema);

function textFor(schema: Schema, name: string): string {
	const fits = checks(schema);
	const found = [NAMED[name], ...TEXTS].find((text) => text !== undefined && fits(text));
	if (found === undefined) throw new Error(`No text fits ${name}: ${JSON.stringify(schema)}`);
	return String(found);
}

/** A number that no literal can say: put into the text in the place of its name. */
const SPELLED = ["1e400", "-1e400", "9007199254740993", "1e-7", "-1", "1.5"];
const asNumber = (spelled: string) => `@@${spelled}@@`;
const written = (value: unknown): string =>
	JSON.stringify(value).replaceAll(/"@@([^"]+)@@"/g, "$1");

const UNKNOWN = ["unknown", "role", "price_cents", "id", "version", "is_admin", "location_id"];

/** Bodies with one thing wrong each. What the schema accepts after all is left out. */
export function mutationsOf(schema: Schema): Mutation[] {
	const whole = valid(schema);
	const fits = checks(schema);
	if (!fits(whole)) throw new Error(`Not valid: ${JSON.stringify(whole)}`);
	const found: Mutation[] = [];
	for (const { what, value } of wrongs(schema, whole, "")) {
		const text = written(value);
		if (!fits(JSON.parse(text))) found.push({ what, text });
	}
	return found;
}

interface Wrong {
	what: string;
	value: unknown;
}

function wrongs(schema: Schema, value: unknown, at: string): Wrong[] {
	const wrong = (what: string, other: unknown): Wrong => ({
		what: `${at || "/"} ${what}`,
		value: other,
	});
	const own = [
		...(at ? [wrong("null", null)] : []), // the root has its own
		...others(schema, value, wrong),
	];
	if (schema.anyOf) return [...own, ...wrongs(richest(schema.anyOf), value, at)];
	if (schema.type === "array" && schema.items) {
		const [first] = value as unknown[];
		const inner = wrongs(schema.items, first, `${at}/0`);
		return [...own, ...inner.map(({ what, value: one }) => ({ what, value: [one] }))];
	}
	if (schema.type !== "object") return own;
	return [...own, ...fieldsOf(schema, value as Record<string, unknown>, at)];
}

function fieldsOf(
	{ properties = {}, required = [] }: Schema,
	value: Record<string, unknown>,
	at: string,
) {
	const missing = required.map((name) => {
		const { [name]: _, ...rest } = value;
		return { what: `${at}/${name} missing`, value: rest };
	});
	const extra = UNKNOWN.filter((name) => !(name in properties)).map((name) => ({
		what: `${at}/${name} unknown`,
		value: { ...value, [name]: 1 },
	}));
	const inner = Object.entries(properties).flatMap(([name, one]) =>
		wrongs(one, value[name], `${at}/${name}`).map(({ what, value: other }) => ({
			what,
			value: { ...value, [name]: other },
		})),
	);
	return [...missing, ...extra, ...inner];
}

function others(
	{ type, enum: words, maxLength, maxItems, uniqueItems }: Schema,
	value: unknown,
	wrong: (what: string, value: unknown) => Wrong,
): Wrong[] {
	if (words) {
		const word = String(words[0]);
		const cased = word === word.toUpperCase() ? word.toLowerCase() : word.toUpperCase();
		return [cased, "nope", "", ["x"], true].map((one) => wrong(`is ${JSON.stringify(one)}`, one));
	}
	switch (type) {
		case "string":
			return [
				...["", "   ", "é'; drop table x; --", "\u202e"].map((text) => wrong(`is "${text}"`, text)),
				...(maxLength ? [wrong("too long", "x".repeat(maxLength + 1))] : []),
				...[true, {}, [], { $gt: "" }, asNumber("1.5")].map((one) => wrong("of another type", one)),
			];
		case "integer":
		case "number":
			return [
				...SPELLED.map((one) => wrong(`is ${one}`, asNumber(one))),
				...[1e9, 1e12, 0, "x", "1,5", "", true, [], {}].map((one) =>
					wrong(`is ${JSON.stringify(one)}`, one),
				),
			];
		case "boolean":
			return ["yes", 1, 0, {}, []].map((one) => wrong(`is ${JSON.stringify(one)}`, one));
		case "array":
			return [
				wrong("empty", []),
				wrong("holds null", [null]),
				...(maxItems ? [wrong("too long", Array(maxItems + 1).fill((value as unknown[])[0]))] : []),
				...(uniqueItems ? [wrong("holds one twice", Array(2).fill((value as unknown[])[0]))] : []),
				...["x", {}, true].map((one) => wrong("of another type", one)),
			];
		case "object":
			return ["x", [], true, asNumber("1.5")].map((one) => wrong("of another type", one));
		default:
			return [];
	}
}
