import { check, describe } from "../../checks.ts";
import { numberFormat } from "../../text/format-spec.ts";

/** Escaped braces, a field `{name}` or `{name:spec}`, or a brace that belongs to neither. */
const PARTS = /\{\{|\}\}|\{([^{}:!]*)(?::([^{}]*))?\}|[{}]/g;

/** Makes text of values. */
type Fill = (values: Readonly<Record<string, number>>) => string;

/** A template that has been read. */
interface Template {
  /** The names of its fields. */
  readonly fields: ReadonlySet<string>;
  /** Fills them. @throws {ArgumentError} if a value is missing. */
  readonly fill: Fill;
}

/**
 * Reads a template such as `"{epoch:02d}-{val_loss:.2f}"` as Python's `str.format` does, braces that
 * are written twice included; see {@link numberFormat} for the specifications.
 * @param integers names of the values that Python would hold as integers.
 * @throws {ArgumentError} for a field that cannot be filled, whatever the values.
 */
export function parseTemplate(
  subject: string,
  template: string,
  integers: readonly string[],
): Template {
  const fields = new Set<string>();
  const pieces: Fill[] = [];
  let end = 0;
  for (const match of template.matchAll(PARTS)) {
    const [part, name, spec = ""] = match;
    const before = template.slice(end, match.index);
    end = match.index + part.length;
    pieces.push(() => before);
    if (part === "{{" || part === "}}") {
      pieces.push(() => part[0]);
    } else {
      pieces.push(field(subject, part, name, spec, integers.includes(name)));
      fields.add(name);
    }
  }
  const rest = template.slice(end);
  return { fields, fill: (values) => pieces.map((piece) => piece(values)).join("") + rest };
}

function field(
  subject: string,
  text: string,
  name: string | undefined,
  spec: string,
  isInteger: boolean,
): Fill {
  const format = numberFormat(spec, isInteger);
  check(
    // Python looks up numbers by their place, and what follows a point or bracket inside the value.
    name !== undefined && /^[^.[\]]*[^\d.[\]][^.[\]]*$/.test(name) && format !== undefined,
    subject,
    "fields like {epoch:02d} or {val_loss:.2f}",
    describe(text),
    "use d for whole numbers, f, e, g or % for others, of at most 255 characters and 80 digits; " +
      "write {{ for a brace",
  );
  return (values) => {
    check(
      Object.hasOwn(values, name),
      subject,
      `a template with fields out of ${Object.keys(values).join(", ")}`,
      describe(text),
      "correct the field, or see that the value is logged",
    );
    return format(values[name]);
  };
}
