import "@tensorflow/tfjs-backend-cpu";
import { input, layers, model, sequential, type LayersModel } from "@tensorflow/tfjs-layers";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { modelSummary } from "../../src/model/summary.ts";

function readText(name: string): string {
  return readFileSync(new URL(`../fixtures/model/summary-${name}.txt`, import.meta.url), "utf8");
}

/** The notebook's network out of stock layers, with the names that TensorFlow.js makes up. */
function cifarModel(): LayersModel {
  const image = input({ shape: [32, 32, 3] });
  let x = image;
  const append = (layer: { apply(x: unknown): unknown }): void => {
    x = layer.apply(x) as typeof image;
  };
  for (const filters of [32, 64, 128]) {
    for (let repeat = 0; repeat < 2; repeat++) {
      append(layers.conv2d({ filters, kernelSize: 3, padding: "same", activation: "relu" }));
      append(layers.batchNormalization());
    }
    append(layers.maxPooling2d({ poolSize: 2 }));
  }
  append(layers.flatten());
  append(layers.dropout({ rate: 0.2 }));
  append(layers.dense({ units: 1024, activation: "relu" }));
  append(layers.dropout({ rate: 0.2 }));
  append(layers.dense({ units: 10, activation: "softmax" }));
  return model({ inputs: image, outputs: x });
}

/** Two inputs, a shared layer and a sum. */
function branchedModel(): LayersModel {
  const left = input({ shape: [8] });
  const right = input({ shape: [8], name: "the_right_one" });
  const shared = layers.dense({ units: 1500, name: "shared" });
  type Tensor = typeof left;
  const sum = layers
    .add()
    .apply([shared.apply(left) as Tensor, shared.apply(right) as Tensor]) as Tensor;
  const name = "a_name_that_goes_on_and_on_and_on";
  const side = layers.dense({ units: 7, name }).apply(sum) as Tensor;
  const joined = layers.concatenate().apply([sum, side]) as Tensor;
  const outputs = layers.dense({ units: 3 }).apply(joined) as Tensor;
  return model({ inputs: [left, right], outputs, name: "branches" });
}

/** A layer used on two sizes, and a layer with two outputs: a model within the model. */
function shapesModel(): LayersModel {
  const small = input({ shape: [8, 8, 1], name: "small" });
  const large = input({ shape: [12, 12, 1], name: "large" });
  type Tensor = typeof small;
  const shared = layers.conv2d({ filters: 2, kernelSize: 3, name: "shared" });
  const pool = layers.globalMaxPooling2d({ name: "pool" });
  const pooled = [small, large].map((x) => pool.apply(shared.apply(x) as Tensor) as Tensor);
  const sum = layers.add().apply(pooled);
  const inside = input({ shape: [2], name: "inside" });
  const heads = [
    layers.dense({ units: 2, name: "first" }).apply(inside) as Tensor,
    layers.dense({ units: 3, name: "second" }).apply(inside) as Tensor,
  ];
  const inner = model({ inputs: inside, outputs: heads, name: "inner" });
  const outputs = inner.apply(sum) as Tensor[];
  return model({ inputs: [small, large], outputs, name: "shapes" });
}

function chainModel(): LayersModel {
  const name = "a_name_without_any_gap_that_is_far_too_long_to_fit";
  return sequential({
    layers: [
      layers.flatten({ inputShape: [28, 28] }),
      layers.dense({ units: 20, name }),
      layers.reLU(),
      layers.dense({ units: 1, trainable: false }),
    ],
  });
}

describe("modelSummary", () => {
  it("prints the notebook's table, character for character", () => {
    expect(modelSummary(cifarModel())).toBe(readText("cifar.notebook"));
  });

  it("names the layers of every model anew, and keeps names that were given", () => {
    const first = modelSummary(cifarModel());
    expect(modelSummary(cifarModel())).toBe(first);
    const named = sequential({
      layers: [
        layers.dense({ units: 1, inputShape: [1], name: "dense" }),
        layers.dense({ units: 1 }),
        layers.dense({ units: 1, name: "dense_Dense" }),
        layers.dense({ units: 1 }),
      ],
    });
    const names = [...modelSummary(named).matchAll(/^ (\S+) \(Dense\)/gm)].map((match) => match[1]);
    expect(names).toEqual(["dense", "dense_1", "dense_Dense", "dense_2"]);
  });

  it.each([
    ["cifar", cifarModel, 88],
    ["branches", branchedModel, 108],
    ["chain", chainModel, 88],
    ["shapes", shapesModel, 108],
  ] as const)("prints Keras 3's table of the model %s, narrow and wide", (name, build, wide) => {
    const built = build();
    const summary = (lineLength?: number): string =>
      modelSummary(built, { style: "keras3", lineLength });
    expect(summary(76)).toBe(readText(`${name}.keras-3.15.1.80`));
    expect(summary()).toBe(readText(`${name}.keras-3.15.1.120`));
    expect(summary(wide)).toBe(summary());
  });

  it("adds the optimizer's values to Keras 3's total", () => {
    const text = modelSummary(cifarModel(), { style: "keras3", optimizerParams: 4_792_662 });
    expect(text.split("\n").slice(-5)).toEqual([
      " Total params: 7,189,888 (27.43 MB)",
      " Trainable params: 2,396,330 (9.14 MB)",
      " Non-trainable params: 896 (3.50 KB)",
      " Optimizer params: 4,792,662 (18.28 MB)",
      "",
    ]);
  });

  it("shows connections where the model is no plain chain", () => {
    const lines = modelSummary(branchedModel()).split("\n");
    expect(lines.slice(0, 5)).toEqual([
      'Model: "branches"',
      "_".repeat(98),
      " Layer (type)                   Output Shape         Param #     Connected to                     ",
      "=".repeat(98),
      " input_1 (InputLayer)           [(None, 8)]          0           []                               ",
    ]);
    expect(lines.slice(8, 13)).toEqual([
      " shared (Dense)                 (None, 1500)         13500       ['input_1[0][0]',                ",
      "                                                                  'the_right_one[0][0]']          ",
      " ".repeat(98),
      " add (Add)                      (None, 1500)         0           ['shared[0][0]',                 ",
      "                                                                  'shared[1][0]']                 ",
    ]);
  });

  it("says so where a layer has several shapes, and lists several outputs", () => {
    const text = modelSummary(shapesModel());
    expect(text).toMatch(/^ shared \(Conv2D\) +multiple +20 /m);
    expect(text).toMatch(/^ inner \(Functional\) +\[\(None, 2\), +15 /m);
    expect(text).toMatch(/^ +\(None, 3\)\] +$/m);
    const flat = sequential({ layers: [layers.reshape({ targetShape: [], inputShape: [1] })] });
    expect(modelSummary(flat)).toContain("(None,)");
    expect(modelSummary(flat, { style: "keras3" })).toContain("(None)");
  });

  it("counts frozen layers as not trainable", () => {
    const text = modelSummary(chainModel());
    expect(text).toContain('Model: "sequential"\n');
    expect(text).toContain("Trainable params: 15,700\nNon-trainable params: 21\n");
  });

  it("refuses what has no layers or no input shape, and unknown options", () => {
    expect(() => modelSummary({} as never)).toThrow(/a model with layers, got an object/);
    expect(() => modelSummary(sequential())).toThrow(/at least one layer, got an empty one/);
    expect(() => modelSummary(chainModel(), { style: "keras" as never })).toThrow(
      /style to be one/,
    );
    expect(() => modelSummary(chainModel(), { lineLength: 10 })).toThrow(
      /lineLength to be a whole/,
    );
    expect(() => modelSummary(chainModel(), { width: 10 } as never)).toThrow(/unknown option/);
  });
});
