/** What the errors of PostgreSQL and of its connections mean: https://www.postgresql.org/docs/15/errcodes-appendix.html */
import { messageOf } from "../text/describe.ts";

/** Of the server while it ends or begins, of a lost connection, and of two that were in each other's way. */
const PASSING =
  /^(08...|57P0[123]|40001|40P01|ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOENT|EHOSTUNREACH)$/;

/** Whether the same command may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  // The package gives a connection that is lost under way no code.
  return PASSING.test(codeOf(error)) || messageOf(error).startsWith("Connection terminated");
}

const SCHEMA_REMEDY = "let its user create tables in a schema of the search path, and use them";
const REMEDIES: Readonly<Record<string, string>> = {
  "28": "see to the user and the password of connection",
  "3D": "create it, or name another in connection",
  "3F": SCHEMA_REMEDY,
  "42": SCHEMA_REMEDY,
  "53": "free some space on the disk of the server, or end other connections",
};

/** What helps: by the class of the error, which is the beginning of its code. */
export function remedyFor(error: unknown): string {
  return (
    REMEDIES[codeOf(error).slice(0, 2)] ??
    "see that the server runs and can be reached, then start the run again: it goes on"
  );
}

/** What an error says; of several attempts to connect, what they have in common. */
export function errorText(error: unknown): string {
  const code = codeOf(error);
  return error instanceof AggregateError && code !== "" ? code : messageOf(error);
}

function codeOf(error: unknown): string {
  const { code } = Object(error) as { code?: unknown };
  return typeof code === "string" ? code : "";
}
