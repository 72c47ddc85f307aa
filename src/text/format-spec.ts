import { formatExponent, formatFixed, formatFloat, MAX_DIGITS } from "./format-number.ts";

/**
 * Python's format specifications for numbers, without what file names have no use for: the types b, c,
 * n, o and x, `#` and `z`.
 *
 *     [[fill]align][sign][0][width][grouping][.precision][type]
 */
const SPEC =
  /^(?:(?<fill>.)(?=[<>=^]))?(?<align>[<>=^])?(?<sign>[-+ ])?(?<zero>0)?(?<width>\d+)?(?<group>[,_])?(?:\.(?<digits>\d+))?(?<type>[deEfFgG%])?$/su;

/** No file system has longer names. */
const MAX_WIDTH = 255;

type Align = "<" | ">" | "=" | "^";

/** A specification, taken apart. */
interface Spec {
  readonly fill: string;
  readonly align: Align;
  readonly sign: string;
  readonly width: number;
  readonly group: string;
  /** Digits behind the point, or significant ones, as the type has it. */
  readonly digits: number | undefined;
  readonly type: string;
}

/**
 * What a specification makes of numbers, to the letter as in Python.
 * @param isInteger whether Python would hold the value as an integer.
 * @returns `undefined` for a specification that Python or this library does not take.
 */
export function numberFormat(
  text: string,
  isInteger: boolean,
): ((value: number) => string) | undefined {
  const spec = parse(text, isInteger);
  if (!spec) return undefined;
  return (value) => {
    const body = digitsOf(Math.abs(value), spec);
    const isNegative = value < 0 || Object.is(value, -0);
    return pad(isNegative ? "-" : spec.sign === "-" ? "" : spec.sign, body, spec);
  };
}

function parse(text: string, isInteger: boolean): Spec | undefined {
  const groups: Partial<Record<string, string>> | undefined = SPEC.exec(text)?.groups;
  if (!groups) return undefined;
  const { fill, zero, sign = "-", width = "0", group = "", digits } = groups;
  const type = groups.type ?? (isInteger ? "d" : "");
  // After a fill of one's own a zero is the first digit of the width.
  const isZeroFilled = zero !== undefined && fill === undefined;
  const spec = {
    fill: fill ?? (isZeroFilled ? "0" : " "),
    align: (groups.align ?? (isZeroFilled ? "=" : ">")) as Align,
    sign,
    group,
    type,
    width: Number(width),
    digits: digits === undefined ? undefined : Number(digits),
  };
  const isTaken =
    spec.width <= MAX_WIDTH &&
    (spec.digits ?? 0) <= MAX_DIGITS &&
    (type !== "d" || (isInteger && digits === undefined));
  return isTaken ? spec : undefined;
}

/** The digits of a number of at least 0, before grouping and padding. */
function digitsOf(value: number, { type, digits }: Spec): string {
  if (type === "d") return String(value);
  if (type === "") {
    return digits === undefined ? formatFloat(value) : formatGeneral(value, digits, true);
  }
  const precision = digits ?? 6;
  if (type === "%") return `${formatFixed(value * 100, precision)}%`;
  const kinds = { f: formatFixed, e: formatExponent, g: formatGeneral };
  const text = kinds[type.toLowerCase() as keyof typeof kinds](value, precision);
  return type === type.toLowerCase() ? text : text.toUpperCase();
}

/**
 * So many significant digits without zeros at the end; in scientific notation where the exponent is
 * below -4 or the digits would not reach the point.
 * @param isFloat keeps one digit behind the point, as Python does without a type.
 */
function formatGeneral(value: number, digits: number, isFloat = false): string {
  const significant = Math.max(1, digits);
  const scientific = formatExponent(value, significant - 1);
  const [mantissa, power] = scientific.split("e");
  if (power === undefined) return scientific;
  const exponent = Number(power);
  if (exponent < -4 || exponent >= significant - (isFloat ? 1 : 0)) {
    return `${withoutZeros(mantissa)}e${power}`;
  }
  const text = withoutZeros(formatFixed(value, significant - 1 - exponent));
  return isFloat && !text.includes(".") ? `${text}.0` : text;
}

const withoutZeros = (text: string): string =>
  text.includes(".") ? text.replace(/\.?0+$/, "") : text;

function pad(sign: string, body: string, { fill, align, width, group }: Spec): string {
  const [whole, rest] = splitWhole(body);
  // Zeros in front of the digits are grouped like them.
  const least = fill === "0" && align === "=" ? width - sign.length - rest.length : 0;
  const isGrouped = group !== "" && whole !== "";
  const text = isGrouped ? grouped(whole, group, least) + rest : body;
  const room = Math.max(0, width - sign.length - text.length);
  const left = { "<": 0, ">": room, "=": room, "^": Math.floor(room / 2) }[align];
  const before = fill.repeat(left);
  const after = fill.repeat(room - left);
  return align === "=" ? sign + before + text : before + sign + text + after;
}

/** The digits before the point (none of "nan" and "inf"), and what follows them. */
function splitWhole(body: string): [whole: string, rest: string] {
  const whole = /^\d*/.exec(body)![0];
  return [whole, body.slice(whole.length)];
}

/** Digits in groups of three, with zeros before them until they are `least` characters long. */
function grouped(whole: string, separator: string, least: number): string {
  let digits = whole;
  const join = (): string => digits.replace(/\B(?=(\d{3})+$)/g, separator);
  // A separator cannot come first, so the result may be one longer than asked for.
  while (join().length < least) digits = `0${digits}`;
  return join();
}
