import { printable } from "./printable.ts";

/** How deep an array inside arrays is still written out. */
const DEPTH = 3;
/** How many characters of a text, and how many values of an array, are written out. */
const CHARACTERS = 40;
const VALUES = 6;

/**
 * A short rendering of any value for an error message. It never throws and never runs long, whatever
 * the value is: the error that it is made for must come.
 */
export function describe(value: unknown): string {
  return rendering(value, DEPTH);
}

function rendering(value: unknown, depth: number): string {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "bigint":
      // A large one would take seconds to write in decimal digits.
      return value > -(10n ** 20n) && value < 10n ** 20n ? `${value}n` : "a large bigint";
    case "symbol":
      return `Symbol(${shortened(value.description ?? "")})`;
    case "object":
    case "function":
      try {
        return value === null ? "null" : renderedObject(value, depth);
      } catch {
        // A revoked proxy, or one of its traps or a getter that throws.
        return `${typeof value === "object" ? "an object" : "a function"} that cannot be read`;
      }
    default:
      return String(value);
  }
}

function renderedObject(value: object, depth: number): string {
  if (typeof value === "function") {
    const { name } = value as { name: unknown };
    return isWord(name) ? `the function ${name}` : "a function";
  }
  if (Array.isArray(value)) {
    const { length } = value;
    if (length > VALUES || (depth === 0 && length > 0)) return `an array of ${length}`;
    // Not map, which leaves holes out and is the array's own to replace.
    const parts = Array.from({ length }, (_, i) => rendering(value[i], depth - 1));
    return `[${parts.join(", ")}]`;
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  // A class without a name, which compilers number, is known by its parent.
  const name = [prototype, prototype && (Object.getPrototypeOf(prototype) as object | null)]
    .map((one) => (one?.constructor as { name?: unknown } | undefined)?.name)
    .find((word): word is string => isWord(word) && !/^class_\d+$/.test(word));
  if (name === undefined || name === "Object") return "an object";
  if (ArrayBuffer.isView(value)) {
    const { length } = value as unknown as { length?: number };
    return `${name}(${length ?? value.byteLength})`;
  }
  // Bundlers rename classes that name themselves.
  const plain = name.replace(/^_(?=[A-Z])/, "");
  return /^[AEIO]/.test(plain) ? `an ${plain}` : `a ${plain}`;
}

/** A text between quotes, with what would act on a terminal or turn a line around as escapes. */
function quoted(text: string): string {
  return printable(JSON.stringify(shortened(text)));
}

function shortened(text: string): string {
  return text.length > CHARACTERS ? `${text.slice(0, CHARACTERS - 3)}...` : text;
}

/** Whether this names a function or a class in a way that reads well. */
function isWord(name: unknown): name is string {
  return typeof name === "string" && /^[\p{L}\p{N}$_ ]{1,60}$/u.test(name);
}

/**
 * What a caught value says: the first line of an error's message. Known by its shape, since an error
 * of another realm, such as Jest's or a frame's, is no `Error` of this one.
 */
export function messageOf(cause: unknown): string {
  try {
    const { message } = cause as { message?: unknown };
    if (typeof message === "string" && message !== "") return message.split("\n", 1)[0];
  } catch {
    // Nothing, or something that cannot be read: it is described instead.
  }
  return typeof cause === "string" ? cause.split("\n", 1)[0] : describe(cause);
}
