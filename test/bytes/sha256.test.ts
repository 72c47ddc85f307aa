import { createHash } from "node:crypto";
import { afterEach, describe, expect, it, vi } from "vitest";
import { sha256 } from "../../src/bytes/sha256.ts";
import { sha256Fallback } from "../../src/bytes/sha256-fallback.ts";
import { randomStream } from "../../src/random/stream.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const text = (letters: string): Uint8Array => new TextEncoder().encode(letters);

// FIPS 180-4 example messages.
const KNOWN: readonly [string, string][] = [
  ["", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"],
  ["abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"],
  [
    "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
  ],
];

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("sha256", () => {
  it.each(KNOWN)(
    "gives the published digest of %j, with and without WebCrypto",
    async (m, want) => {
      expect(await sha256(text(m))).toBe(want);
      vi.stubGlobal("crypto", undefined);
      expect(await sha256(text(m))).toBe(want);
      vi.stubGlobal("crypto", {});
      expect(await sha256(text(m))).toBe(want);
    },
  );
});

describe("sha256Fallback", () => {
  it("agrees with Node for every length around the block size", () => {
    const rng = randomStream(0, "test-sha256");
    const bytes = Uint8Array.from({ length: 400 }, () => rng.integer(256));
    for (let length = 0; length <= 300; length++) {
      const part = bytes.subarray(length % 7, (length % 7) + length);
      expect(hex(sha256Fallback(part))).toBe(createHash("sha256").update(part).digest("hex"));
    }
  });

  it("agrees with Node on a million bytes", () => {
    const bytes = new Uint8Array(1_000_000).fill(0x61);
    expect(hex(sha256Fallback(bytes))).toBe(
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
    );
  });
});
