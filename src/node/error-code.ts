/** The code of a system error, e.g. `"ENOENT"`; empty for other errors. */
export function errorCode(error: unknown): string {
  const code = (error as Partial<NodeJS.ErrnoException> | null | undefined)?.code;
  return typeof code === "string" ? code : "";
}
