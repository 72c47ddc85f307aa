import { unshared } from "./unshared.ts";

/**
 * The SHA-256 of `bytes` as 64 lower-case hexadecimal digits: by the platform where it offers one
 * (Node, pages in a secure context), otherwise in JavaScript.
 */
export async function sha256(bytes: Uint8Array): Promise<string> {
  // Browsers leave `crypto.subtle` out of pages that came over plain http.
  const subtle = (globalThis.crypto as Partial<Crypto> | undefined)?.subtle;
  const digest = subtle
    ? new Uint8Array(await subtle.digest("SHA-256", unshared(bytes) as Uint8Array<ArrayBuffer>))
    : (await import("./sha256-fallback.ts")).sha256Fallback(bytes);
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
