import { check, describe } from "../checks.ts";

/** A URL, which would become a folder called `file:`, or a home that only a shell would put in. */
const NO_PATH = /^([a-z][a-z\d+.-]+:\/\/|~([/\\]|$))|\0/i;

/** Whether a value can be the path of a file or a folder, as it is meant. */
export function isPath(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !NO_PATH.test(value);
}

/** Throws unless `path` can be one. @param what it is, e.g. `"the path of a folder"`. */
export function checkPath(
  subject: string,
  path: unknown,
  what: string,
  remedy: string,
): asserts path is string {
  check(isPath(path), subject, what, describe(path), remedy);
}
