/** Weights to and from Python: against what PyTorch and Keras computed with the same files. */
import { readFileSync } from "node:fs";
import { tensor4d } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { loadWeights, saveWeights } from "../../../src/model/weights/index.ts";
import { network } from "../../fixtures/weights/network.ts";
import { useBackend } from "../../helpers/backends.ts";
import { expectClose } from "../../helpers/close.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/weights/${name}`, import.meta.url));
const json = (name: string): unknown => JSON.parse(fixture(name).toString());

const { images, config } = json("images.json") as {
  images: number[];
  config: { inputShape: [number, number, number] };
};
const pytorch = json("pytorch.json") as {
  trained: number[];
  made: number[];
  names: Record<string, string>;
};
const keras = json("keras.json") as Record<"trainedKeras3" | "trainedKeras2" | "made", number[]>;

// A float32 network of six layers in another order of sums; softmax gives values up to 1.
const TOLERANCE = { rtol: 0, atol: 1e-5 };

const open: LayersModel[] = [];
const untrained = (): LayersModel => {
  const model = network(1);
  open.push(model);
  return model;
};
afterEach(() => {
  for (const model of open.splice(0)) model.dispose();
});
beforeAll(() => useBackend("cpu"));

function probabilities(model: LayersModel): Float32Array {
  const x = tensor4d(
    images.map((byte) => byte / 255),
    [20, ...config.inputShape],
  );
  const y = model.predict(x) as typeof x;
  const values = y.dataSync() as Float32Array;
  x.dispose();
  y.dispose();
  return values;
}

describe("a network trained here for 20 steps", () => {
  it("gives the same probabilities in PyTorch and in Keras", async () => {
    const model = untrained();
    await loadWeights(model, fixture("trained.safetensors"));
    const here = probabilities(model);
    expectClose(here, pytorch.trained, { ...TOLERANCE, what: "PyTorch" });
    expectClose(here, keras.trainedKeras3, { ...TOLERANCE, what: "Keras 3's layout" });
    expectClose(here, keras.trainedKeras2, { ...TOLERANCE, what: "Keras 2's layout" });
  });

  it("is written for PyTorch byte for byte as PyTorch read it", async () => {
    const model = untrained();
    await loadWeights(model, fixture("trained.weights.h5"));
    const written = await saveWeights(model);
    expect(Buffer.compare(written, fixture("trained.safetensors"))).toBe(0);
  });

  it.each(["trained.weights.h5", "trained.keras2.h5"])("comes back from %s", async (file) => {
    const model = untrained();
    await loadWeights(model, fixture(file));
    expectClose(probabilities(model), keras.trainedKeras3, TOLERANCE);
  });
});

describe("weights made in Python", () => {
  it("give PyTorch's probabilities, under PyTorch's names", async () => {
    const model = untrained();
    await loadWeights(model, fixture("from-pytorch.safetensors"), { names: pytorch.names });
    expectClose(probabilities(model), pytorch.made, TOLERANCE);
  });

  it.each([
    ["Keras 3's layout", "from-keras.weights.h5"],
    ["a whole model in the older layout", "from-keras.h5"],
    ["Keras 2's layout by h5py, compressed, in float64", "from-h5py.h5"],
  ])("give Keras's probabilities: %s", async (_, file) => {
    const model = untrained();
    await loadWeights(model, fixture(file));
    expectClose(probabilities(model), keras.made, TOLERANCE);
  });
});
