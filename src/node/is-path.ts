/** A URL, which would become a folder called `file:`, or a home that only a shell would put in. */
const NO_PATH = /^([a-z][a-z\d+.-]+:\/\/|~([/\\]|$))|\0/i;

/** Whether a value can be the path of a file or a folder, as it is meant. */
export function isPath(value: unknown): value is string {
  return typeof value === "string" && value !== "" && !NO_PATH.test(value);
}
