import { messageOf } from "../text/describe.ts";
import { SourceError } from "../errors.ts";

/** A package that a user installs only for what needs it. */
interface OptionalPackage {
  /** Who needs it: the public name that was called. */
  readonly subject: string;
  readonly name: string;
  /** What to install if it is missing; default the package alone. */
  readonly install?: string;
  /** What does without it, as the end of a remedy. */
  readonly otherwise?: string;
}

/** What a runtime or a bundler says of a package that it does not find, up to its name. */
const NOT_FOUND =
  /(?:cannot find|can't find|could not (?:find|resolve)|can't resolve|failed to resolve|relative import path)[^"'`]*["'`]([^"'`]+)/i;

/**
 * Loads a package that may not be installed.
 * @param load imports it; written out at the caller, `() => import("sharp")`, so that bundlers see it.
 * @throws {SourceError} if it is missing, which the remedy is for; or with what else went wrong while
 *   it was loaded, such as a package of its own that is missing.
 */
export async function optionalPackage<T>(
  { subject, name, install = name, otherwise = "" }: OptionalPackage,
  load: () => Promise<T>,
): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const message = messageOf(cause);
    // Tools that run modules by themselves wrap what Node says. But where import() is refused, that
    // require() finds nothing means little: some packages are there for import() alone.
    const { cause: inner } = Object(cause) as { cause?: unknown };
    const isMissing =
      !isRefused(cause) &&
      [message, messageOf(inner)].some((text) => NOT_FOUND.exec(text)?.[1] === name);
    throw new SourceError({
      subject,
      expected: `the package ${name}${isMissing ? "" : " to load"}`,
      got: isMissing ? "none that is installed" : `"${message}"`,
      remedy: `${isMissing ? `run npm install ${install}` : remedyOf(cause, name)}${otherwise}`,
      cause,
    });
  }
}

function remedyOf(cause: unknown, name: string): string {
  return isRefused(cause)
    ? "run the tests with NODE_OPTIONS=--experimental-vm-modules, which lets import() work in them"
    : `see the cause; if files of it are missing or for another machine, install ${name} anew`;
}

/** Whether `import()` itself was refused, as in a context of `node:vm` such as Jest's. */
function isRefused(cause: unknown): boolean {
  const { code } = Object(cause) as { code?: unknown };
  return typeof code === "string" && code.startsWith("ERR_VM_DYNAMIC_IMPORT_CALLBACK_MISSING");
}
