/** Names of layers that meet, or that mean something elsewhere. */
import { layers as L, type LayersModel, sequential } from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError } from "../../../src/errors.ts";
import { loadWeights, saveWeights } from "../../../src/model/weights/index.ts";
import { readSafetensors } from "../../../src/formats/read-safetensors.ts";
import { useBackend } from "../../helpers/backends.ts";

const open: LayersModel[] = [];
beforeAll(() => useBackend("cpu"));
afterEach(() => {
  for (const model of open.splice(0)) model.dispose();
});
function dense(...names: string[]): LayersModel {
  const layers = names.map((_, i) =>
    L.dense({ units: 2, biasInitializer: "randomNormal", ...(i === 0 && { inputShape: [2] }) }),
  );
  const model = sequential({ layers });
  // TensorFlow.js does not take every name when a layer is made.
  layers.forEach((layer, i) => (layer.name = names[i]));
  open.push(model);
  return model;
}
const values = (model: LayersModel): number[][] =>
  model.getWeights().map((weight) => [...weight.dataSync()]);

const FORMATS = [
  ["PyTorch", {}],
  ["Keras names", { layout: "keras" }],
  ["Keras 3", { format: "keras3" }],
  ["Keras 2", { format: "keras2" }],
] as const;

describe("names of layers", () => {
  it.each(
    FORMATS.flatMap(([what, options]) =>
      [
        ["constructor", "toString"],
        ["__proto__", "hasOwnProperty"],
        ["block1/fc", "block1/out"],
        ["block1", "block1/fc"],
        ["block1/fc", "block1"],
        ["a.b", "A.b"],
        ["Größe", "层"],
        ["vars", "layers"],
        ["layer_names", "model_weights"],
        ["__metadata__", "sha256"],
        ["weight", "kernel:0"],
      ].map((names) => [what, names, options] as const),
    ),
  )("survive in a file: %s, %j", async (_, names, options) => {
    const [from, to] = [dense(...names), dense(...names)];
    await loadWeights(to, await saveWeights(from, options));
    expect(values(to)).toEqual(values(from));
  });

  it.each(FORMATS.slice(1))(
    "are not those of two weights: Bidirectional, %s",
    async (_, options) => {
      const net = (): LayersModel => {
        const recurrentInitializer = "glorotUniform";
        const both = L.bidirectional({
          layer: L.lstm({ units: 2, recurrentInitializer }) as never,
          mergeMode: "concat",
          name: "both",
          inputShape: [3, 2],
        } as never);
        const model = sequential({ layers: [both, L.dense({ name: "head", units: 1 })] });
        open.push(model);
        return model;
      };
      const [from, to] = [net(), net()];
      await loadWeights(to, await saveWeights(from, options));
      expect(values(to)).toEqual(values(from));
      expect(values(to)[0]).not.toEqual(values(to)[3]);
    },
  );

  it("are PyTorch's names, whatever they mean in JavaScript", async () => {
    const model = dense("constructor", "__proto__", "toString");
    const { tensors } = readSafetensors(await saveWeights(model));
    expect([...tensors.keys()].sort()).toEqual(
      ["__proto__", "constructor", "toString"].flatMap((name) => [
        `${name}.bias`,
        `${name}.weight`,
      ]),
    );
    const names = JSON.parse('{ "__proto__": "p", "constructor": "c" }') as Record<string, string>;
    const renamed = readSafetensors(await saveWeights(model, { names })).tensors;
    expect(renamed.has("p.weight") && renamed.has("c.weight")).toBe(true);
  });

  it.each([
    ["a name that another layer has", { a: "b" }],
    ["one name for two", { a: "x", b: "x" }],
    ["a name and its own", { b: "a" }],
  ])("are refused if the option names gives two layers one: %s", async (_, names) => {
    const model = dense("a", "b");
    const message = /another name in PyTorch for each layer, got "[abx]\.weight" for a and b/;
    await expect(saveWeights(model, { names })).rejects.toThrow(message);
    await expect(saveWeights(model, { names })).rejects.toThrow(ArgumentError);
    const bytes = await saveWeights(model);
    await expect(loadWeights(model, bytes, { names })).rejects.toThrow(message);
    // Two layers may change their names.
    const swapped = await saveWeights(model, { names: { a: "b", b: "a" } });
    const before = values(model);
    await loadWeights(model, swapped, { names: { a: "b", b: "a" } });
    expect(values(model)).toEqual(before);
  });

  it("are refused where a layer's and an inner model's meet, and can be told apart", async () => {
    const inner = sequential({
      name: "a",
      layers: [L.dense({ name: "b", units: 2, inputShape: [2] })],
    });
    const model = sequential({
      layers: [L.dense({ name: "a.b", units: 2, inputShape: [2] }), inner],
    });
    open.push(model);
    await expect(saveWeights(model)).rejects.toThrow(/"a\.b\.weight" for two layers called a\.b/);
    const bytes = await saveWeights(model, { names: { a: "inner" } });
    expect([...readSafetensors(bytes).tensors.keys()]).toContain("inner.b.weight");
    expect((await saveWeights(model, { layout: "keras" })).length).toBeGreaterThan(8);
  });

  it("are refused where a slash makes one of two: layout keras", async () => {
    const inner = sequential({
      name: "a",
      layers: [L.dense({ name: "b", units: 2, inputShape: [2] })],
    });
    const model = sequential({
      layers: [L.dense({ name: "a/b", units: 2, inputShape: [2] }), inner],
    });
    open.push(model);
    await expect(saveWeights(model, { layout: "keras" })).rejects.toThrow(/"a\/b\/kernel" twice/);
    const [to] = [model];
    const before = values(to);
    await loadWeights(to, await saveWeights(model, { format: "keras3" }));
    expect(values(to)).toEqual(before);
  });

  it.each(["/fc", "fc/", "a//b", "a/./b", ".", "a\0b"])(
    "are refused if HDF5 cannot keep them: %j",
    async (name) => {
      const model = dense(name);
      const refused = saveWeights(model, { format: "keras2" });
      await expect(refused).rejects.toThrow(/parts between slashes/);
      await expect(refused).rejects.toThrow(ArgumentError);
      // What the error advises.
      await loadWeights(model, await saveWeights(model));
      // HDF5 still works.
      await loadWeights(model, await saveWeights(dense("fc"), { format: "keras2" }));
    },
  );

  it("are refused if HDF5 would take minutes for their slashes", async () => {
    const model = dense(`${"a/".repeat(3000)}b`);
    const refused = saveWeights(model, { format: "keras2" });
    await expect(refused).rejects.toThrow(/of at most 100 parts .* got 3001 in "a\/a/);
    await loadWeights(model, await saveWeights(model, { format: "keras3" }));
  });

  it("are refused if one is a weight of another", async () => {
    const model = dense("a", "a/a/kernel:0");
    await expect(saveWeights(model, { format: "keras2" })).rejects.toThrow(
      /no weights of other layers/,
    );
  });

  it("may be so many and so long that HDF5 keeps their list in parts", async () => {
    const names = Array.from({ length: 300 }, (_, i) => `${"long".repeat(100)}_${i}`);
    const nets = [1, 2].map(() => {
      let y = L.dense({ name: names[0], units: 1, inputShape: [1] });
      const model = sequential({ layers: [y] });
      for (const name of names.slice(1)) model.add((y = L.dense({ name, units: 1 })));
      open.push(model);
      return model;
    });
    await loadWeights(nets[1], await saveWeights(nets[0], { format: "keras2" }));
    expect(values(nets[1])).toEqual(values(nets[0]));
  });
});

describe("options that go with another kind of file", () => {
  it.each([
    [{ format: "keras3", names: {} }, /names with format "keras3"; leave it out/],
    [{ format: "keras2", layout: "keras" }, /layout with format "keras2"/],
    [{ format: "keras2", metadata: {} }, /metadata with format/],
    [{ layout: "keras", axes: {} }, /axes with layout "keras"/],
    [{ metadata: { layout: "mine" } }, /without the library's own keys: .* got "layout"/],
    [{ metadata: { sha256: "0" } }, /own keys/],
  ])("are refused: %j", async (options, message) => {
    await expect(saveWeights(dense("a"), options as never)).rejects.toThrow(message);
  });

  it("are not there for a model that has not been built", async () => {
    await expect(saveWeights(sequential())).rejects.toThrow(ArgumentError);
  });
});
