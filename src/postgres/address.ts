import { attempt, check, describe, hasMethods, isText } from "../checks.ts";
import type { PostgresPool } from "./database.ts";

/** Where a database is. An address may hold a password: no message says it. */
export function readAddress(value: unknown, subject: string): string | PostgresPool {
  const isPool = hasMethods(value, "query");
  check(
    isPool || isAddress(value),
    subject,
    "connection to be the address of a database, or a pool of connections",
    isText(value) ? "another text" : describe(value),
    'pass e.g. "postgres://user@host/database", or new pg.Pool({ ... })',
  );
  return value as string | PostgresPool;
}

function isAddress(value: unknown): boolean {
  if (!isText(value)) return false;
  const url = attempt(() => new URL(value));
  return url !== undefined && /^postgres(ql)?:$/.test(url.protocol);
}
