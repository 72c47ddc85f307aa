import { ArgumentError } from "../../errors.ts";
import { describe } from "../../checks.ts";

/** Where a server is, and which kind. */
export interface Address {
  readonly kind: "redis" | "postgres";
  /** With everything that it takes to log in: never to be printed. */
  readonly url: string;
  /** The same without user, password and options, for messages. */
  readonly shown: string;
  /** A message of the server's or its driver's, without what is secret in the URL. */
  readonly withoutSecrets: (message: string) => string;
}

const KINDS: Readonly<Record<string, Address["kind"]>> = {
  "redis:": "redis",
  "rediss:": "redis",
  "postgres:": "postgres",
  "postgresql:": "postgres",
};

/**
 * Reads the URL of a server.
 * @throws {ArgumentError} unless it is one of Redis or PostgreSQL; the message has no part of what was given but its
 *   beginning, since there may be a password in the rest.
 */
export function readAddress(subject: string, name: string, value: unknown): Address {
  const url = urlOf(value);
  const kind = url && KINDS[url.protocol];
  if (!kind) {
    throw new ArgumentError({
      subject,
      expected: `${name} to be the URL of a Redis or PostgreSQL server`,
      got: url
        ? `one that begins with ${url.protocol}`
        : typeof value === "string"
          ? "a text that is no URL"
          : describe(value),
      remedy: "pass e.g. redis://host:6379 or postgres://user:password@host/database",
    });
  }
  return {
    kind,
    url: url.href,
    shown: `${url.protocol}//${url.host}${url.pathname}`,
    withoutSecrets: (message) =>
      secretsIn(url).reduce((text, secret) => text.replaceAll(secret, "***"), message),
  };
}

function urlOf(value: unknown): URL | undefined {
  try {
    return value instanceof URL || typeof value === "string" ? new URL(value) : undefined;
  } catch {
    return undefined;
  }
}

/** The whole URL, its password as it stands there and as it is meant, and what its options may hide. */
function secretsIn({ href, password, searchParams }: URL): string[] {
  const options = [...searchParams].filter(([name]) => /password|key/i.test(name));
  const plain = [password, ...options.map(([, value]) => value)];
  return [href, ...plain, ...plain.map(decoded)].filter((secret) => secret.length > 2);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
