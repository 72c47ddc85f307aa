import { check, describe } from "../../checks.ts";

/** Throws unless `name` can be a file's or a folder's; one that begins with a dot is ours. */
export function checkName(subject: string, name: unknown, example: string): void {
  check(
    typeof name === "string" && /^[\w-][\w.-]{0,99}$/.test(name),
    subject,
    "a name of 1 to 100 letters, digits, -, _ and ., beginning with no dot",
    describe(name),
    `pass e.g. "${example}"`,
  );
}
