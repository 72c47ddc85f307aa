import { check, describe } from "../../checks.ts";
import { formatExponent, formatFixed, formatFloat } from "../../metrics/format-number.ts";

/** `{name}` or `{name:spec}`, with the part of Python's format specifications that numbers need. */
const FIELD = /\{([^{}:]*)(?::([^{}]*))?\}/g;
const SPEC = /^(?<zero>0)?(?<width>[1-9]\d*)?(?:\.(?<digits>\d+))?(?<type>[dfe])?$/;

/**
 * Fills the fields of a template such as `"{epoch:02d}-{val_loss:.2f}"`, as Python's `str.format`
 * does: `d` whole numbers, `f` fixed decimals, `e` scientific notation, a width, and leading zeros.
 * @param integers the values that Python would hold as integers.
 */
export function formatTemplate(
  subject: string,
  template: string,
  values: Readonly<Record<string, number>>,
  integers: readonly string[],
): string {
  return template.replace(FIELD, (field: string, name: string, spec = "") => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    check(
      value !== undefined,
      subject,
      `a template with fields out of ${Object.keys(values).join(", ")}`,
      describe(field),
      "correct the field, or see that the value is logged",
    );
    return formatField(subject, field, value, spec as string, integers.includes(name));
  });
}

/** Throws unless every field of the template has a specification that is understood. */
export function checkTemplate(subject: string, template: string): void {
  for (const [field, name, spec = ""] of template.matchAll(FIELD)) {
    check(
      name.length > 0 && SPEC.test(spec),
      subject,
      "fields like {epoch:02d} or {val_loss:.2f}",
      describe(field),
      "use d, f or e with a width and a number of decimals",
    );
  }
}

function formatField(
  subject: string,
  field: string,
  value: number,
  spec: string,
  isInteger: boolean,
): string {
  const { zero, width = "0", digits, type } = SPEC.exec(spec)?.groups ?? {};
  check(
    type !== "d" || isInteger,
    subject,
    "the form d for whole numbers only",
    describe(field),
    "use f or e",
  );
  const decimals = Number(digits ?? 6);
  const isPlain = type === undefined && digits === undefined;
  let text: string;
  if (type === "d" || (isPlain && isInteger)) text = String(value);
  else if (isPlain) text = formatFloat(value);
  else text = type === "e" ? formatExponent(value, decimals) : formatFixed(value, decimals);
  if (zero === undefined) return text.padStart(Number(width));
  const sign = text.startsWith("-") ? "-" : "";
  return sign + text.slice(sign.length).padStart(Number(width) - sign.length, "0");
}
