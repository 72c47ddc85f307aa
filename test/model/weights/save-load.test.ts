import { readFileSync } from "node:fs";
import { memory } from "@tensorflow/tfjs-core";
import { layers, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError, DataError } from "../../../src/errors.ts";
import { loadWeights, saveWeights } from "../../../src/model/weights/index.ts";
import { readSafetensors } from "../../../src/formats/read-safetensors.ts";
import type { SafeTensor } from "../../../src/formats/safetensors.ts";
import { writeSafetensors } from "../../../src/formats/write-safetensors.ts";
import { fuzz } from "../../dataset/fuzz.ts";
import { network } from "../../fixtures/weights/network.ts";
import { useBackend } from "../../helpers/backends.ts";
import { tinyModel } from "../../helpers/tiny.ts";

const open: LayersModel[] = [];
const tiny = (seed: number): LayersModel => {
  const model = tinyModel({ seed });
  open.push(model);
  return model;
};
const values = (model: LayersModel): number[][] =>
  model.getWeights().map((weight) => [...weight.dataSync()]);
const fixture = (name: string): Uint8Array =>
  readFileSync(new URL(`../../fixtures/weights/${name}`, import.meta.url));

beforeAll(() => useBackend("cpu"));
afterEach(() => {
  for (const model of open.splice(0)) model.dispose();
});

describe("saveWeights and loadWeights", () => {
  it.each([
    ["PyTorch", {}],
    ["Keras names", { layout: "keras" }],
    ["Keras 3", { format: "keras3" }],
    ["Keras 2", { format: "keras2" }],
  ] as const)("give back the same weights, bit for bit: %s", async (_, options) => {
    const [from, to] = [tiny(1), tiny(2)];
    const bytes = await saveWeights(from, options);
    const before = memory().numTensors;
    await loadWeights(to, bytes);
    await saveWeights(to, options);
    expect(memory().numTensors).toBe(before);
    expect(values(to)).toEqual(values(from));
  });

  it("name tensors as PyTorch's modules, or as told", async () => {
    const model = tiny(1);
    const names = { conv2d: "features.0", dense_1: "head" };
    const { tensors, metadata } = readSafetensors(
      await saveWeights(model, { names, metadata: { epoch: "3" } }),
    );
    const sha256 = expect.stringMatching(/^[0-9a-f]{64}$/) as unknown;
    expect(metadata).toEqual({ format: "pt", layout: "pytorch", epoch: "3", sha256 });
    expect(tensors.get("features.0.weight")?.shape).toEqual([4, 3, 3, 3]);
    expect(tensors.get("head.weight")?.shape).toEqual([3, 16]);
    expect(tensors.get("batch_normalization.running_var")?.shape).toEqual([4]);
    expect(tensors.get("batch_normalization.num_batches_tracked")?.dtype).toBe("I64");
    expect(tensors.has("conv2d.weight")).toBe(false);
  });

  it("take float16, and files without PyTorch's counters", async () => {
    const [from, to] = [tiny(1), tiny(2)];
    const { tensors } = readSafetensors(await saveWeights(from));
    const halves = new Map<string, SafeTensor>();
    for (const [key, tensor] of tensors) {
      if (tensor.dtype === "I64") continue;
      const data = new Uint16Array(tensor.data.length).fill(0x3800);
      halves.set(key, { dtype: "F16", shape: tensor.shape, data });
    }
    await loadWeights(to, writeSafetensors(halves));
    expect(new Set(values(to).flat())).toEqual(new Set([0.5]));
  });

  it("change nothing when the file does not fit", async () => {
    const model = tiny(2);
    const before = values(model);
    const { tensors } = readSafetensors(await saveWeights(tiny(1)));
    const load = (edit: (map: Map<string, SafeTensor>) => unknown): Promise<void> => {
      const edited = new Map(tensors);
      edit(edited);
      return loadWeights(model, writeSafetensors(edited));
    };
    const bias = tensors.get("dense_1.bias")!;
    await expect(load((map) => map.delete("dense_1.bias"))).rejects.toThrow(
      /dense_1\.bias of shape \[3\], got a file with "batch_normalization\.bias", .* and \d+ more; build/,
    );
    await expect(load((map) => map.set("other.bias", bias))).rejects.toThrow(
      /only weights of the model, got "other\.bias"/,
    );
    const long = { ...bias, shape: [4], data: new Float32Array(4) };
    await expect(load((map) => map.set("dense_1.bias", long))).rejects.toThrow(/got \[4\]/);
    const whole = { ...bias, dtype: "I32" as const, data: new Int32Array(3) };
    await expect(load((map) => map.set("dense_1.bias", whole))).rejects.toThrow(/got I32/);
    await expect(loadWeights(model, fixture("trained.weights.h5"))).rejects.toThrow(DataError);
    await expect(loadWeights(model, fixture("trained.keras2.h5"))).rejects.toThrow(DataError);
    expect(values(model)).toEqual(before);
  });

  it("refuse what PyTorch does not have", async () => {
    const separable = sequential({
      layers: [
        layers.separableConv2d({ name: "sep", filters: 1, kernelSize: 1, inputShape: [2, 2, 1] }),
      ],
    });
    open.push(separable);
    await expect(saveWeights(separable)).rejects.toThrow(
      /got sep, a SeparableConv2D; use layout "keras"/,
    );
    expect((await saveWeights(separable, { layout: "keras" })).length).toBeGreaterThan(8);
  });

  it("refuse unknown options and values", async () => {
    const model = tiny(1);
    const save = (options: object): Promise<unknown> => saveWeights(model, options);
    await expect(save({ fromat: "keras3" })).rejects.toThrow(/did you mean format/);
    await expect(save({ format: "h5" })).rejects.toThrow(/"safetensors", "keras3", "keras2"/);
    await expect(save({ layout: "NCHW" })).rejects.toThrow(/"pytorch", "keras"/);
    await expect(save({ names: { conv: "a" } })).rejects.toThrow(/names of layers of the model/);
    await expect(save({ names: { conv2d: 1 } })).rejects.toThrow(ArgumentError);
    await expect(loadWeights(model, "weights" as never)).rejects.toThrow(/to be a Uint8Array/);
    const options = { format: "keras3" } as never;
    await expect(loadWeights(model, new Uint8Array(0), options)).rejects.toThrow(/unknown option/);
    await expect(loadWeights(model, new Uint8Array(3))).rejects.toThrow(/at least 8 bytes/);
  });

  it.each(["trained.weights.h5", "trained.keras2.h5"])(
    "give only the library's errors for damaged HDF5: %s",
    { timeout: 30 * 60_000 },
    async (name) => {
      const model = network(1);
      open.push(model);
      // A tenth of the inputs that other parsers get: an HDF5 file takes as many times longer to read.
      const inputs = Math.ceil(Number(process.env.CIFAR_KIT_FUZZ ?? 1000) / 10);
      const outcome = await fuzz(fixture(name), (bytes) => loadWeights(model, bytes), inputs);
      expect(outcome.strange).toEqual([]);
      expect(outcome.refused).toBeGreaterThan(inputs / 4);
      expect(outcome.growth).toBeLessThan(2 ** 22);
    },
  );
});
