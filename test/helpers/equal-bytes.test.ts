import { expect, it } from "vitest";

it("takes typed arrays for equal by their bytes, and for no others than toEqual does", () => {
  const numbers = Float32Array.of(1, NaN, -0);
  expect({ numbers }).toEqual({ numbers: numbers.slice() });
  expect(numbers.subarray(1)).toEqual(Float32Array.of(NaN, -0));
  expect(numbers).not.toEqual(Float32Array.of(1, NaN, 0));
  expect(numbers).not.toEqual(numbers.subarray(1));
  expect(new Uint8Array(4)).not.toEqual(new Int8Array(4));
  expect(new Int32Array(1)).not.toEqual(new Uint8Array(4));
});
