import { expect, it } from "vitest";
import { streamGrowth } from "./stream-memory.ts";

it("trains on 20,000 pictures of 224 x 224 in less than 600 MB, and the process ends", async () => {
  expect(await streamGrowth(20_000)).toBeLessThan(600);
}, 3_600_000);
