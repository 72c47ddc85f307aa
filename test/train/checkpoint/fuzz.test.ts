import { expect, it } from "vitest";
import { fuzzDecoder } from "./fuzz.ts";

it("the checkpoint reader refuses 2,000 damaged and forged files with its own errors", async () => {
  const { refused, kinds } = await fuzzDecoder(2_000, 1);
  // Those accepted differ in tensors, numbers or names only.
  expect(refused).toBeGreaterThan(1_500);
  expect(kinds.size).toBeGreaterThan(15);
});
