import { describe, expect, it } from "vitest";
import { normalize } from "../../src/dataset/normalize.ts";
import { ArgumentError } from "../../src/errors.ts";

describe("normalize", () => {
  it("divides each byte by 255, rounded once to float32", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const floats = normalize(bytes);
    expect(floats).toBeInstanceOf(Float32Array);
    bytes.forEach((byte, i) => {
      expect(floats[i]).toBe(Math.fround(byte / 255));
    });
    expect(floats[0]).toBe(0);
    expect(floats[255]).toBe(1);
  });

  it("leaves its input alone and takes empty input", () => {
    const bytes = Uint8Array.of(1, 2, 3);
    normalize(bytes);
    expect([...bytes]).toEqual([1, 2, 3]);
    expect(normalize(new Uint8Array(0))).toHaveLength(0);
  });

  it("refuses floats, which it would scale twice", () => {
    expect(() => normalize(Float32Array.of(0.5) as unknown as Uint8Array)).toThrow(ArgumentError);
  });
});
