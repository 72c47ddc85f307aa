/** `.keras` files: those of Keras 3.15 in test/fixtures/exchange, made by keras-peer.py, and those from here. */
import { readFileSync } from "node:fs";
import { memory, type Tensor } from "@tensorflow/tfjs-core";
import {
  input,
  layers as L,
  type LayersModel,
  model,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { unzipSync, zipSync } from "fflate";
import { beforeAll, describe, expect, it } from "vitest";
import { classNamesOf, loadKeras, saveKeras, saveWeights } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { largestDifference } from "./difference.ts";
import { answers, MODELS, questions, settled } from "./models.ts";
import { readTensors } from "./plain.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../fixtures/exchange/${name}`, import.meta.url));
const read = (name: string): Tensor[] =>
  readTensors(new URL(`../fixtures/exchange/${name}`, import.meta.url));
const small = (): LayersModel =>
  sequential({ layers: [L.dense({ name: "dense", units: 2, inputShape: [3] })] });

beforeAll(() => useBackend("cpu"));

describe("saveKeras and loadKeras", () => {
  it.each(Object.entries(MODELS))(
    "give back a model that computes the same: %s",
    async (_, make) => {
      const built = settled(make(), 3);
      const bytes = saveKeras(built);
      expect(saveKeras(built)).toEqual(bytes);
      const loaded = await loadKeras(bytes);
      const asked = questions(built, 2);
      expect(largestDifference(answers(loaded, asked), answers(built, asked))).toBe(0);
      expect(classNamesOf(loaded)).toEqual(classNamesOf(built));
    },
  );

  it.each(["branched", "nested", "recurrent"])("compute what Keras computes: %s", async (name) => {
    const built = await loadKeras(fixture(`${name}.keras`));
    const outputs = answers(built, read(`${name}.inputs.json`));
    expect(largestDifference(outputs, read(`${name}.outputs.json`))).toBeLessThan(1e-5);
  });

  it("own no tensors but the model's", async () => {
    const built = settled(MODELS.images(), 1);
    const before = memory().numTensors;
    const loaded = await loadKeras(saveKeras(built));
    loaded.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

describe("what the other side lacks", () => {
  it("is named at once: Keras", () => {
    const image = input({ shape: [4, 4, 1] });
    const ends = [
      L.randomWidth({ name: "size", factor: 0.1 }),
      L.upSampling2d({ name: "up", interpolation: "bilinear" }),
    ].map((layer) => layer.apply(image) as SymbolicTensor);
    const rows = L.reshape({ targetShape: [2, 8] }).apply(image) as SymbolicTensor;
    const steps = L.lstm({ name: "steps", units: 2, recurrentInitializer: "zeros" });
    const outputs = [...ends, steps.apply(rows) as SymbolicTensor];
    const lacking = model({ inputs: image, outputs });
    expect(() => saveKeras(lacking)).toThrow(
      "got size (RandomWidth), up (UpSampling2D with interpolation bilinear), " +
        "steps (LSTM with recurrent_activation hard_sigmoid); build",
    );
  });

  it("is named at once: TensorFlow.js", async () => {
    const before = memory().numTensors;
    await expect(loadKeras(fixture("unknown.keras"))).rejects.toThrow(
      'got "attention" (MultiHeadAttention), "groups" (GroupNormalization), "gru" (GRU with reset_after), "head" (Dense with activation hard_sigmoid);',
    );
    expect(memory().numTensors).toBe(before);
  });
});

describe("loadKeras refuses", () => {
  const packed = (
    edit: (files: Record<string, Uint8Array>) => void,
    level: 0 | 9 = 0,
  ): Uint8Array => {
    const files = unzipSync(saveKeras(small()));
    edit(files);
    return zipSync(files, { level });
  };
  const without = (name: string): Uint8Array =>
    packed((files) => {
      files[`${name}.bak`] = files[name];
      Reflect.deleteProperty(files, name);
    });
  const text = (content: string): Uint8Array => new TextEncoder().encode(content);
  const config = (content: string): Uint8Array =>
    packed((files) => (files["config.json"] = text(content)));
  const deep = `${'{"config":{"layers":['.repeat(500)}${"]}}".repeat(500)}`;

  it.each([
    ["other files", async () => saveWeights(small()), /got a safetensors file; in Python write/],
    ["HDF5", async () => saveWeights(small(), { format: "keras3" }), /got an HDF5 file/],
    ["pictures", () => text("\x89PNG\r\n"), /begins with the bytes c289504e/],
    ["no bytes", () => new Uint8Array(0), /begins with the bytes ;/],
    ["other zips", () => zipSync({ a: text("b") }), /a zip without config\.json/],
    ["no weights", () => without("model.weights.h5"), /a zip without model\.weights\.h5/],
    ["no topology", () => without("config.json"), /a zip without config\.json/],
    ["no JSON", () => config("{"), /config\.json is no object in JSON/],
    ["no model", () => config("{}"), /got a layer \(undefined\)/],
    ["a model without end", () => config(deep), /./],
    [
      "a bomb",
      () => packed((files) => (files["model.weights.h5"] = new Uint8Array(2e8)), 9),
      /at most \d+ bytes of model\.weights\.h5 in a zip of this size, got 200000000/,
    ],
    [
      "other weights",
      () => packed((files) => (files["model.weights.h5"] = text("x".repeat(99)))),
      /HDF5/,
    ],
  ] as [string, () => Uint8Array | Promise<Uint8Array>, RegExp][])(
    "%s",
    async (_, make, message) => {
      const bytes = await make();
      const before = memory().numTensors;
      await expect(loadKeras(bytes)).rejects.toThrow(message);
      await expect(loadKeras(bytes)).rejects.toMatchObject({ name: "DataError" });
      expect(memory().numTensors).toBe(before);
    },
  );

  it("files that are cut off or damaged anywhere, without harm", async () => {
    const built = small();
    const bytes = saveKeras(built);
    for (let end = 2; end < bytes.length; end += 97) {
      await expect(loadKeras(bytes.slice(0, end))).rejects.toMatchObject({ name: "DataError" });
    }
    for (let at = 2; at < bytes.length; at += 61) {
      const damaged = bytes.slice();
      damaged[at] ^= 0x55;
      const result = await loadKeras(damaged).catch((error: unknown) => error);
      // What stands in the zip twice, or what nobody reads, may differ.
      if (result instanceof Error) expect(result).toMatchObject({ name: "DataError" });
      else
        expect(largestDifference((result as LayersModel).getWeights(), built.getWeights())).toBe(0);
    }
  });
});
