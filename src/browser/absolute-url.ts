import { check, describe } from "../checks.ts";

/**
 * An absolute address. One that is relative starts from the page's, if there is a page.
 * @throws {ArgumentError} if it is none; the message has `example`.
 */
export function absoluteUrl(subject: string, name: string, address: unknown, example: string): URL {
  const url = typeof address === "string" || address instanceof URL ? parse(address) : undefined;
  check(
    url !== undefined,
    subject,
    `${name} to be an address`,
    describe(address),
    `pass e.g. "${example}"`,
  );
  return url;
}

function parse(address: string | URL): URL | undefined {
  const { location } = globalThis as { location?: Location };
  try {
    return new URL(address, location?.href);
  } catch {
    return undefined;
  }
}
