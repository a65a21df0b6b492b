import Type from "typebox";
import { refusal } from "./refusal.ts";
import { malformed } from "./validator.ts";

/** The largest amount that any document may hold: a hundred million dollars. */
export const CENTS_MAX = 10_000_000_000;

export const amountPrecision = refusal("AMOUNT_PRECISION", 422, {
	fr: "Le montant {amount} a plus de deux décimales",
	en: "Amount {amount} has more than two decimals",
});

/** Dollars, as alias routes take them: `159.99` or `"159.99"`. Only `centsOf` reads them. */
export const Amount = Type.Union([Type.Number(), Type.String({ maxLength: 20 })]);

/** Reads dollars digit by digit: no product of floats ever touches money. */
export function centsOf(amount: number | string, field = "amount"): number {
	const text = String(amount);
	const [, whole, decimals = ""] = /^(\d+)(?:\.(\d+))?$/.exec(text) ?? [];
	if (decimals.length > 2 || /^\d(\.\d+)?e-\d+$/.test(text))
		throw amountPrecision({ amount: text, field });
	const cents = whole === undefined ? Number.NaN : Number(whole + decimals.padEnd(2, "0"));
	if (cents <= CENTS_MAX) return cents;
	throw malformed([{ field, message: "is no amount of dollars", keyword: "format" }]);
}

/**
 * Splits a total by weight, to the cent: each share is rounded down, and the cents left go one
 * each to the greatest remainders, the first line first. The shares always sum to the total.
 */
export function allocate(total_cents: number, weights: readonly number[]): number[] {
	if (weights.some((weight) => !Number.isSafeInteger(weight) || weight < 0))
		throw new RangeError(`Weights are whole and not negative: ${weights.join(", ")}`);
	const sum = weights.reduce((so_far, weight) => so_far + BigInt(weight), 0n);
	if (sum === 0n && total_cents !== 0)
		throw new RangeError(`Nothing weighs anything: ${total_cents} cents cannot be shared`);
	if (sum === 0n) return weights.map(() => 0);

	const total = BigInt(Math.abs(total_cents));
	const products = weights.map((weight) => total * BigInt(weight));
	const shares = products.map((product) => product / sum);
	const rests = products.map((product, line) => ({ line, rest: product % sum }));
	const left = Number(shares.reduce((rest, share) => rest - share, total));
	// Sorting is stable: among equal remainders the first line stays first.
	const favoured = rests.sort((a, b) => compare(b.rest, a.rest)).slice(0, left);
	for (const { line } of favoured) shares[line] = (shares[line] ?? 0n) + 1n;
	return shares.map((share) => signed(total_cents, Number(share)));
}

/**
 * What returning `returned` of `quantity` units gives back of an amount, once `before` units have
 * been: the parts of a whole return sum to the whole, in whatever order and number they come.
 */
export function shareOf(
	amount_cents: number,
	before: number,
	returned: number,
	quantity: number,
): number {
	const whole = BigInt(Math.abs(amount_cents));
	const upTo = (units: number) => Number((whole * BigInt(units)) / BigInt(quantity));
	return signed(amount_cents, upTo(before + returned) - upTo(before));
}

/**
 * Cash has no coin below 5 cents: 1 and 2 go down, 3 and 4 go up.
 * https://www.canada.ca/en/revenue-agency/services/forms-publications/publications/gi-131/phasing-penny.html
 */
export const round5 = (cents: number): number =>
	signed(cents, 5 * Math.floor((Math.abs(cents) + 2) / 5));

/** The sign of one, the size of the other; zero is never negative. */
export const signed = (like: number, size: number): number =>
	like < 0 && size !== 0 ? -size : size;

const compare = (a: bigint, b: bigint) => (a < b ? -1 : a > b ? 1 : 0);
