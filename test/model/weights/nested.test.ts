/** Models inside a model, three levels deep, one of them in two places, in every format. */
import { readFileSync } from "node:fs";
import { type Tensor, tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { DataError } from "../../../src/errors.ts";
import { loadWeights, saveWeights } from "../../../src/model/weights/index.ts";
import { readSafetensors } from "../../../src/formats/read-safetensors.ts";
import { writeSafetensors } from "../../../src/formats/write-safetensors.ts";
import { FILES, fill, nested } from "../../fixtures/weights/nested.ts";
import { madeUp } from "../../fixtures/weights/random-networks.ts";
import { useBackend } from "../../helpers/backends.ts";
import { expectClose } from "../../helpers/close.ts";
import { contentOf } from "../../helpers/hdf5-content.ts";

const fixture = (name: string): Buffer =>
  readFileSync(new URL(`../../fixtures/weights/${name}`, import.meta.url));
const there = JSON.parse(fixture("nested.json").toString()) as Record<
  keyof typeof FILES,
  { outputs: number[]; content: Record<string, number[]> }
> & { keras: number[] };

beforeAll(() => useBackend("cpu"));
// TensorFlow.js cannot dispose a model that has another in two places: the process's end does.
const model = nested;
function filled(): LayersModel {
  const made = model();
  fill(made);
  return made;
}
function outputs(of: LayersModel): Float32Array {
  const x = tensor(madeUp(2 * 6 * 5 * 3, "data"), [2, 6, 5, 3]);
  const y = of.predict(x) as Tensor;
  const values = y.dataSync() as Float32Array;
  x.dispose();
  y.dispose();
  return values;
}
/** Float32 sums in another order. */
const CLOSE = { rtol: 1e-5, atol: 1e-5 };

describe("models inside models", () => {
  it("compute here what they compute in Keras and PyTorch with the files from here", () => {
    const here = outputs(filled());
    expectClose(here, there.keras, { ...CLOSE, what: "Keras" });
    for (const file of Object.keys(FILES) as (keyof typeof FILES)[]) {
      expectClose(here, there[file].outputs, { ...CLOSE, what: file });
    }
  });

  it.each(Object.entries(FILES))("come back from %s", async (_, options) => {
    const [from, to] = [filled(), model()];
    await loadWeights(to, await saveWeights(from, options));
    expect([...outputs(to)]).toEqual([...outputs(from)]);
  });

  it.each(["nested.weights.h5", "nested.h5"] as const)(
    "are written as Keras read them: %s",
    async (file) => {
      const content = await contentOf(await saveWeights(filled(), FILES[file]));
      expect(content).toEqual(there[file].content);
    },
  );

  it.each(["nested-keras.weights.h5", "nested-keras.h5"])("are read from %s", async (file) => {
    const to = model();
    await loadWeights(to, fixture(file));
    expectClose(outputs(to), there.keras, CLOSE);
  });

  it.each([
    ["the same layer frozen", { frozen: true }],
    ["nothing frozen", { frozen: false }],
  ])("are read where Keras has put a frozen layer last, with %s", async (_, options) => {
    const to = model(options);
    await loadWeights(to, fixture("nested-frozen.h5"));
    expectClose(outputs(to), there.keras, CLOSE);
    const again = model({ frozen: !options.frozen });
    await loadWeights(again, await saveWeights(to, { format: "keras2" }));
    expect([...outputs(again)]).toEqual([...outputs(to)]);
  });

  it("have PyTorch's names, of modules in modules", async () => {
    const { tensors } = readSafetensors(await saveWeights(filled()));
    expect([...tensors.keys()].filter((key) => key.endsWith("weight")).sort()).toEqual([
      "deep.conv.weight",
      "deep.norm.weight",
      "head.weight",
      "mid.conv.weight",
      "mid.deep.conv.weight",
      "mid.deep.norm.weight",
    ]);
  });

  it("are called as told: the whole inner model, or one layer of it", async () => {
    const [from, to] = [filled(), model()];
    const names = { mid: "a", "mid.deep": "b.c", "mid.deep.norm": "n", deep: "d" };
    const bytes = await saveWeights(from, { names });
    const { tensors } = readSafetensors(bytes);
    expect([...tensors.keys()].filter((key) => key.endsWith("weight")).sort()).toEqual([
      ...["a.conv.weight", "b.c.conv.weight", "d.conv.weight", "d.norm.weight"],
      ...["head.weight", "n.weight"],
    ]);
    await loadWeights(to, bytes, { names });
    expect([...outputs(to)]).toEqual([...outputs(from)]);
    await expect(saveWeights(from, { names: { conv: "x" } })).rejects.toThrow(
      /names of layers of the model: data, .*mid\.deep, mid\.deep\.conv/,
    );
  });

  it("are read from a file that has a shared model once, but not with two kinds of numbers", async () => {
    const [from, to] = [filled(), model()];
    const { tensors } = readSafetensors(await saveWeights(from));
    const once = new Map([...tensors].filter(([key]) => !key.startsWith("mid.deep.")));
    await loadWeights(to, writeSafetensors(once));
    expect([...outputs(to)]).toEqual([...outputs(from)]);
    const other = new Map(tensors);
    const bias = tensors.get("deep.conv.bias")!;
    other.set("deep.conv.bias", { ...bias, data: Float32Array.of(1, 2) });
    await expect(loadWeights(to, writeSafetensors(other))).rejects.toThrow(DataError);
    expect([...outputs(to)]).toEqual([...outputs(from)]);
  });
});
