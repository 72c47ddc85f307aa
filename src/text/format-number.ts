/**
 * Numbers as Python prints them. JavaScript rounds exact ties away from zero where Python rounds
 * them to even (`0.125` with two decimals is 0.13 here and 0.12 there), its `toFixed` turns to
 * exponents from 1e21 on, and its exponents lack the leading zero.
 */

/** Largest number of decimals for which the tie test below is a proof. */
export const MAX_DIGITS = 80;

/**
 * `value` with exactly `digits` decimals: Python's `"%.{digits}f" % value`, that is the double's
 * exact value rounded to nearest, ties to even; `"nan"`, `"inf"`, `"-inf"`.
 * @param digits whole number, 0 to 80.
 */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  // From 2^53 on every double is a whole number, and BigInt knows all of its digits.
  if (size >= 2 ** 53) return `${sign}${BigInt(size)}${digits > 0 ? `.${"0".repeat(digits)}` : ""}`;
  const exact = size.toFixed(100);
  return sign + (tieToEven(exact, exact.indexOf(".") + digits + 1) ?? size.toFixed(digits));
}

/**
 * `value` in scientific notation: Python's `"%.{digits}e" % value`, ties to even, with at least two
 * digits in the exponent.
 * @param digits whole number, 0 to 80.
 */
export function formatExponent(value: number, digits: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  const size = Math.abs(value);
  const [exact, exponent] = size.toExponential(100).split("e");
  const mantissa = tieToEven(exact, digits + 2);
  return sign + padExponent(mantissa ? `${mantissa}e${exponent}` : size.toExponential(digits));
}

/** `value` as Python's `repr` prints a float: the shortest digits that give the number back. */
export function formatFloat(value: number): string {
  if (!Number.isFinite(value)) return formatNonFinite(value);
  const scientific = value.toExponential();
  const exponent = Number(scientific.slice(scientific.indexOf("e") + 1));
  if (exponent < -4 || exponent >= 16) return padExponent(scientific);
  const text = Object.is(value, -0) ? "-0" : String(value);
  return Number.isInteger(value) ? `${text}.0` : text;
}

/**
 * The first `length` characters of an exact decimal if what follows is a tie and the last digit kept
 * is even: the one case in which JavaScript, rounding ties up, differs from Python.
 *
 * A double of 53 bits next to a tie at up to 80 digits differs from it within the first 100, so
 * that 100 digits which look like a tie are one.
 */
function tieToEven(exact: string, length: number): string | undefined {
  const kept = exact.slice(0, length);
  const isTie = /^50*$/.test(exact.slice(length));
  const lastDigit = kept.endsWith(".") ? kept.at(-2) : kept.at(-1);
  return isTie && Number(lastDigit) % 2 === 0 ? kept.replace(/\.$/, "") : undefined;
}

function padExponent(scientific: string): string {
  return scientific.replace(/e([+-])(\d)$/, "e$10$2");
}

function formatNonFinite(value: number): string {
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}
