const URL_START = /^[a-z][a-z\d+.-]+:\/\//i;

/** Whether a value can be the path of a file or a folder: not a URL, which would become the folder `file:`. */
export function isPath(value: unknown): value is string {
  return (
    typeof value === "string" && value !== "" && !value.includes("\0") && !URL_START.test(value)
  );
}
