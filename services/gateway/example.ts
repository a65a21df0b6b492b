/** A value that fits the schema, to show in the documents. */
export function exampleOf(schema: object): unknown {
	const shape = schema as Shape;
	const { type, enum: words, anyOf } = shape;
	if ("example" in shape) return shape.example;
	if ("const" in shape) return shape.const;
	if ("default" in shape) return shape.default;
	if (words) return words[0];
	if (anyOf?.[0]) return exampleOf(anyOf[0]);
	return EXAMPLES[String(type)]?.(shape) ?? null;
}

const EXAMPLES: Record<string, (shape: Shape) => unknown> = {
	object: ({ properties = {} }) =>
		Object.fromEntries(Object.entries(properties).map(([name, one]) => [name, exampleOf(one)])),
	array: ({ items }) => (items ? [exampleOf(items)] : []),
	integer: ({ minimum = 1 }) => Math.max(minimum, 1),
	number: ({ minimum = 1 }) => Math.max(minimum, 1),
	boolean: () => true,
	string: ({ format, pattern, minLength = 1 }) => {
		if (format) return FORMATS[format];
		const said = pattern === undefined ? undefined : new RegExp(pattern, "u");
		const words = ["1".padEnd(minLength, "1"), ...WORDS];
		return words.find((word) => word.length >= minLength && (said?.test(word) ?? true));
	},
};

const FORMATS: Record<string, string> = {
	"date-time": "2026-01-05T14:30:00.000Z",
	date: "2026-01-05",
	email: "camille@example.com",
};

/** One for each pattern of our contracts: the first that fits. A contract may say a better one, `example`. */
const WORDS = [
	"orders",
	"QC",
	"camille@example.com",
	"+1 514 555 0100",
	"4111 1111 1111 1111",
	"4006381333931",
	"123456789 RT0001",
	"1234567890 TQ0001",
	"04:00",
	"orders.msg_1",
];

interface Shape {
	type?: string;
	enum?: unknown[];
	const?: unknown;
	default?: unknown;
	example?: unknown;
	anyOf?: object[];
	items?: object;
	properties?: Record<string, object>;
	minimum?: number;
	minLength?: number;
	format?: string;
	pattern?: string;
}
