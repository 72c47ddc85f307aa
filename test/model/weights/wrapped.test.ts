/** Layers inside wrappers and recurrent layers, in the places where Keras 3 keeps them. */
import { readFileSync } from "node:fs";
import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { loadWeights, saveWeights } from "../../../src/model/weights/index.ts";
import { madeUp } from "../../fixtures/weights/random-networks.ts";
import { fill, wrapped } from "../../fixtures/weights/wrapped.ts";
import { useBackend } from "../../helpers/backends.ts";
import { expectClose } from "../../helpers/close.ts";
import { contentOf } from "../../helpers/hdf5-content.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/weights/${name}`, import.meta.url));
const keras = JSON.parse(fixture("wrapped.json").toString()) as {
  outputs: number[];
  content: Record<string, number[]>;
};

beforeAll(() => useBackend("cpu"));
function outputs(of: LayersModel): Float32Array {
  const x = tensor(madeUp(2 * 3 * 4 * 4 * 3, "data"), [2, 3, 4, 4, 3]);
  return (of.predict(x) as Tensor).dataSync() as Float32Array;
}
/** Float32 sums in another order. */
const CLOSE = { rtol: 1e-5, atol: 1e-5 };

describe("models and cells inside wrappers", () => {
  it("compute in Keras what they compute here, from files that hold the same", async () => {
    const model = wrapped();
    fill(model);
    expectClose(outputs(model), keras.outputs, CLOSE);
    const bytes = await saveWeights(model, { format: "keras3" });
    expect(await contentOf(bytes)).toEqual(keras.content);
  });

  it("compute here what they compute in Keras, with Keras's file", async () => {
    const model = wrapped();
    await loadWeights(model, fixture("wrapped-keras.weights.h5"));
    expectClose(outputs(model), keras.outputs, CLOSE);
  });

  it.each([{ format: "keras3" }, { format: "keras2" }, { layout: "keras" }] as const)(
    "come back from %j",
    async (options) => {
      const [from, to] = [wrapped(), wrapped()];
      fill(from);
      await loadWeights(to, await saveWeights(from, options));
      expect(outputs(to)).toEqual(outputs(from));
    },
  );
});
