/** Networks as people build them train to the losses of the cpu backend: slow, since that one is. */
import { beforeAll, expect, it } from "vitest";
import { useSimd } from "./backends.ts";
import { expectSameLosses, TRAINED } from "./network-losses.ts";

beforeAll(() => useSimd());

it.each(TRAINED)("%s trains as on cpu", async (_, network) => {
  const losses = await expectSameLosses(network, 20);
  expect(losses.at(-1)).toBeLessThan(losses[0]);
});
