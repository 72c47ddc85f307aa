/** Networks as people build them compute, and begin to train, as on the cpu backend. */
import { beforeAll, describe, expect, it } from "vitest";
import { NETWORKS } from "../bench/networks.ts";
import { expectSameAsCpu, useSimd } from "./backends.ts";
import { expectSameLosses, TRAINED } from "./network-losses.ts";

describe("networks", () => {
  beforeAll(() => useSimd());

  it.each(Object.entries(NETWORKS))("%s gives what it gives on cpu", async (name, network) => {
    await expectSameAsCpu(name, () => network("small").forward(), { rtol: 1e-4 });
  });

  it.each(TRAINED)("%s begins to train as on cpu", async (_, network) => {
    expect(await expectSameLosses(network, 4)).toHaveLength(4);
  });
});
