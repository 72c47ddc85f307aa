/** The order of features in files for PyTorch follows the axes, or it is refused. */
import { mean, range, reshape, type Tensor, zeros } from "@tensorflow/tfjs-core";
import {
  input,
  layers as L,
  type LayersModel,
  model as modelOf,
  sequential,
  type SymbolicTensor,
} from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { ArgumentError } from "../../../src/errors.ts";
import { loadWeights, saveWeights } from "../../../src/model/weights/index.ts";
import { readSafetensors } from "../../../src/formats/read-safetensors.ts";
import { useBackend } from "../../helpers/backends.ts";

type Layer = LayersModel["layers"][number];
type Options = NonNullable<Parameters<typeof saveWeights>[1]>;

const open = new Set<LayersModel>();
beforeAll(() => useBackend("cpu"));
afterEach(() => {
  for (const model of open) model.dispose();
  open.clear();
});

const head = (): Layer => L.dense({ name: "head", units: 1 });

/** Puts 0, 1, 2, ... into the head's kernel: its order in PyTorch is what the file then has. */
async function orderIn(model: LayersModel, options: Options = {}): Promise<string> {
  open.add(model);
  const layer = model.getLayer("head");
  const inputs = layer.weights[0].shape[0] as number;
  const weights = [reshape(range(0, inputs), [inputs, 1]), zeros([1])];
  layer.setWeights(weights);
  for (const weight of weights) weight.dispose();
  const bytes = await saveWeights(model, options);
  const before = model.getWeights().map((weight) => [...weight.dataSync()]);
  await loadWeights(model, bytes, { axes: options.axes });
  expect(model.getWeights().map((weight) => [...weight.dataSync()])).toEqual(before);
  return (readSafetensors(bytes).tensors.get("head.weight")!.data as Float32Array).join(" ");
}

const order = (layers: Layer[], options?: Options): Promise<string> =>
  orderIn(sequential({ layers: [...layers, head()] }), options);

const image = { inputShape: [1, 2, 2] };
const first = { dataFormat: "channelsFirst" } as const;
const conv = (more: object): Layer =>
  L.conv2d({ name: "conv", filters: 2, kernelSize: 1, ...more });
const flatten = (more: object = {}): Layer => L.flatten({ name: "flat", ...more });
const dense = (more: object): Layer => L.dense({ name: "dense", units: 2, ...more });

describe("the first Dense layer behind an image", () => {
  // An image [1, 2, 2] here is [2, 1, 2] in PyTorch, where torch.flatten(x, 1) puts all of the first
  // channel first: the numbers 0 and 2 here.
  it.each([
    ["Flatten", [flatten(image)], "0 2 1 3"],
    ["Reshape", [L.reshape({ ...image, targetShape: [4] })], "0 2 1 3"],
    [
      "Reshape with an open size",
      [
        L.reshape({ ...image, targetShape: [-1, 2] }),
        L.conv1d({ filters: 4, kernelSize: 1 }),
        L.globalAveragePooling1d({}),
      ],
      "0 1 2 3",
    ],
    [
      "Permute to PyTorch's order",
      [L.permute({ ...image, dims: [3, 1, 2] }), flatten()],
      "0 1 2 3",
    ],
    [
      "Permute that changes nothing",
      [L.permute({ ...image, dims: [1, 2, 3] }), flatten()],
      "0 2 1 3",
    ],
    [
      "Flatten, another shape, and back",
      [flatten(image), L.reshape({ targetShape: [2, 2] }), L.flatten()],
      "0 2 1 3",
    ],
    [
      "an activation in between",
      [L.reshape({ ...image, targetShape: [4] }), L.reLU(), L.dropout({ rate: 0.5 })],
      "0 2 1 3",
    ],
    [
      "a Flatten for channels-first data",
      [flatten({ inputShape: [2, 1, 2], ...first })],
      "0 2 1 3",
    ],
    ["channels-first data", [conv({ inputShape: [2, 1, 2], ...first }), flatten()], "0 1 2 3"],
    [
      "channels-first data that Keras turns",
      [conv({ inputShape: [2, 1, 2], ...first }), flatten(first)],
      "0 2 1 3",
    ],
    [
      "channels-first data turned to channels-last",
      [L.permute({ inputShape: [2, 1, 2], dims: [2, 3, 1] }), conv({}), flatten()],
      "0 2 1 3",
    ],
    [
      "pixels in a row: [height * width, channels]",
      [conv(image), L.reshape({ targetShape: [2, 2] }), flatten()],
      "0 2 1 3",
    ],
    [
      "a sequence",
      [L.conv1d({ inputShape: [2, 2], filters: 2, kernelSize: 1 }), flatten()],
      "0 2 1 3",
    ],
    [
      "an embedding, which has its features last there, too",
      [L.embedding({ inputDim: 3, outputDim: 2, inputLength: 2 }), flatten()],
      "0 1 2 3",
    ],
    ["Dense layers on a sequence", [dense({ inputShape: [2, 2] }), flatten()], "0 1 2 3"],
    ["global pooling", [L.globalAveragePooling2d({ inputShape: [2, 2, 4] })], "0 1 2 3"],
    [
      "squeezing",
      [
        L.globalMaxPooling2d({ inputShape: [2, 2, 4] }),
        L.reshape({ targetShape: [1, 1, 4] }),
        flatten(),
      ],
      "0 1 2 3",
    ],
  ])("%s", async (_, layers, expected) => {
    expect(await order(layers)).toBe(expected);
  });

  it("concatenated Flattens", async () => {
    const x = input({ shape: [1, 2, 2] });
    const rows = [1, 2].map(() => L.flatten().apply(x) as SymbolicTensor);
    const y = head().apply(L.concatenate().apply(rows)) as SymbolicTensor;
    expect(await orderIn(modelOf({ inputs: x, outputs: y }))).toBe("0 2 1 3 4 6 5 7");
  });

  it("images concatenated along their channels, then flattened", async () => {
    const x = input({ shape: [1, 2, 2] });
    const both = L.concatenate().apply([conv({}).apply(x), x] as SymbolicTensor[]);
    const y = head().apply(L.flatten().apply(both)) as SymbolicTensor;
    expect(await orderIn(modelOf({ inputs: x, outputs: y }))).toBe("0 4 1 5 2 6 3 7");
  });

  it("a convolution whose channels are flattened pixels", async () => {
    const net = sequential({
      layers: [
        L.flatten(image),
        L.reshape({ targetShape: [1, 1, 4] }),
        L.conv2d({ name: "head", filters: 1, kernelSize: 1 }),
      ],
    });
    open.add(net);
    const kernel = [reshape(range(0, 4), [1, 1, 4, 1]), zeros([1])];
    net.getLayer("head").setWeights(kernel);
    const { tensors } = readSafetensors(await saveWeights(net));
    expect([...tensors.get("head.weight")!.data]).toEqual([0, 2, 1, 3]);
  });

  it("a Dense layer whose units are added to flattened pixels takes on their order", async () => {
    const x = input({ shape: [1, 2, 2] });
    const flat = L.flatten().apply(x) as SymbolicTensor;
    const units = L.dense({ name: "head", units: 4 }).apply(L.globalAveragePooling2d({}).apply(x));
    const sum = L.add().apply([flat, units] as SymbolicTensor[]);
    const net = modelOf({ inputs: x, outputs: L.dense({ units: 1 }).apply(sum) as SymbolicTensor });
    open.add(net);
    net.getLayer("head").setWeights([reshape(range(0, 8), [2, 4]), range(0, 4)]);
    const { tensors } = readSafetensors(await saveWeights(net));
    expect([...tensors.get("head.bias")!.data]).toEqual([0, 2, 1, 3]);
    expect([...tensors.get("head.weight")!.data]).toEqual([0, 4, 2, 6, 1, 5, 3, 7]);
  });
});

/** A layer that nobody knows. */
class OwnLayer extends L.Layer {
  readonly #shape: number[];
  readonly #compute: (x: Tensor) => Tensor;
  constructor(shape: number[], compute: (x: Tensor) => Tensor) {
    super({ name: "own" });
    this.#shape = shape;
    this.#compute = compute;
  }
  override computeOutputShape(): (number | null)[] {
    return [null, ...this.#shape];
  }
  override call(inputs: Tensor | Tensor[]): Tensor {
    return this.#compute([inputs].flat()[0]);
  }
  static get className(): string {
    return "OwnLayer";
  }
}

describe("an order that cannot be known", () => {
  const cube = { inputShape: [2, 2, 2] };
  const turned = (): Layer[] => [L.permute({ ...cube, dims: [2, 1, 3] }), flatten()];
  const grown = (): Layer[] => [
    dense({ inputShape: [3], units: 8 }),
    L.reshape({ name: "grow", targetShape: [2, 2, 2] }),
    conv({}),
    flatten(),
  ];
  it.each([
    ["axes that change places", turned(), "flat", [3, 1, 2], "0 2 4 6 1 3 5 7"],
    ["axes that change places, as here", turned(), "flat", [1, 2, 3], "0 1 2 3 4 5 6 7"],
    ["axes that change places, height first", turned(), "flat", [3, 2, 1], "0 4 2 6 1 5 3 7"],
    ["two axes without a meaning", [flatten({ inputShape: [2, 2] })], "flat", [2, 1], "0 2 1 3"],
    ["two axes, as here", [flatten({ inputShape: [2, 2] })], "flat", [1, 2], "0 1 2 3"],
    ["a Dense layer on images", [dense(cube), flatten()], "flat", [1, 2, 3], "0 1 2 3 4 5 6 7"],
    [
      "columns of an image",
      [conv(cube), L.reshape({ name: "columns", targetShape: [2, 4] })],
      "columns",
      [1, 3, 2],
      "0 2 1 3",
    ],
    ["an image made of units", grown(), "grow", [3, 1, 2], "0 2 4 6 1 3 5 7"],
    [
      "images flattened at each time",
      [L.timeDistributed({ name: "each", layer: L.flatten(), inputShape: [3, 1, 2, 2] })],
      "each",
      [1, 4, 2, 3],
      "0 2 1 3",
    ],
    [
      "a Flatten of one's own",
      [conv(image), new OwnLayer([4], (x) => reshape(x, [-1, 4]))],
      "own",
      [3, 1, 2],
      "0 2 1 3",
    ],
    [
      "a Flatten of one's own, as here",
      [conv(image), new OwnLayer([4], (x) => reshape(x, [-1, 4]))],
      "own",
      [1, 2, 3],
      "0 1 2 3",
    ],
  ])("is refused, and can be told: %s", async (_, layers, at, axes, expected) => {
    const model = sequential({ layers: [...layers, head()] });
    open.add(model);
    const refused = saveWeights(model);
    await expect(refused).rejects.toThrow(ArgumentError);
    await expect(refused).rejects.toThrow(`axes: { "${at}": [`);
    expect(await orderIn(model, { axes: { [at]: axes } })).toBe(expected);
  });

  it("is refused behind a layer that nobody knows and that makes other features of an image", async () => {
    const own = new OwnLayer([2], (x) => mean(x, [1, 3]));
    await expect(order([conv({ inputShape: [3, 2, 3], filters: 3 }), own])).rejects.toThrow(
      /features of head.*use layout "keras"/,
    );
  });

  it("is known behind a layer that nobody knows and that keeps an image's channels", async () => {
    const own = new OwnLayer([2], (x) => mean(x, [1, 2]));
    expect(await order([conv({ inputShape: [3, 2, 3] }), own])).toBe("0 1");
  });

  it("is refused where one file cannot be right: pixels added in two orders", async () => {
    const x = input({ shape: [2, 2, 2] });
    const moved = L.permute({ dims: [3, 1, 2] }).apply(x) as SymbolicTensor;
    const rows = [x, moved].map((y) => L.flatten().apply(y) as SymbolicTensor);
    const y = head().apply(L.add().apply(rows)) as SymbolicTensor;
    await expect(orderIn(modelOf({ inputs: x, outputs: y }))).rejects.toThrow(/one order in which/);
  });

  it("gives units of a Dense layer their order in an image, and puts the weights back", async () => {
    const model = sequential({ layers: [...grown(), head()] });
    open.add(model);
    const kernel = reshape(range(0, 24), [3, 8]);
    model.getLayer("dense").setWeights([kernel, range(0, 8)]);
    const axes = { grow: [3, 1, 2] };
    const { tensors } = readSafetensors(await saveWeights(model, { axes }));
    // Unit [height, width, channel] here is [channel, height, width] there.
    expect([...tensors.get("dense.bias")!.data]).toEqual([0, 2, 4, 6, 1, 3, 5, 7]);
  });

  it.each([
    [{ flatt: [3, 1, 2] }, /names of layers of the model: .*flat/],
    [{ flat: [0, 1, 2] }, /axes of flat to be 1, 2, 3 in some order, got \[0, 1, 2\]/],
    [{ flat: [1, 2] }, /axes of flat to be 1, 2, 3/],
    [{ flat: "312" }, /axes of flat/],
    [{ head: [1] }, /axes of head to be left out/],
    [[3, 1, 2], /an order of axes for each layer/],
  ])("is not told by %j", async (axes, message) => {
    const model = sequential({ layers: [...turned(), head()] });
    open.add(model);
    await expect(saveWeights(model, { axes: axes as never })).rejects.toThrow(message);
  });
});
