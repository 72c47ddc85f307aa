/** A user's own model whose batch normalisation has no scale, or no centre, learns as in Keras 3.15. */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import * as tfl from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import {
  evaluate,
  findLearningRate,
  ImageDataGenerator,
  ImageSet,
  predict,
  train,
  trainPhase,
  trainTwoPhase,
} from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";

interface Case {
  readonly kind: { readonly scale?: boolean; readonly center?: boolean };
  readonly first: number[][];
  readonly loss: number[];
  readonly last: number[][];
  readonly evaluated: { readonly loss: number; readonly accuracy: number };
  readonly predicted: number[];
}
const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/train/batch-norm.keras-3.json", import.meta.url), "utf8"),
) as { epochs: number; images: number[]; labels: number[]; cases: Case[] };
const { epochs, cases } = fixture;
const set = new ImageSet({
  images: Uint8Array.from(fixture.images),
  labels: Uint8Array.from(fixture.labels),
  imageShape: [6, 6, 3],
  classNames: ["a", "b", "c"],
});

const { layers: L } = tfl;
type Layer = tfl.layers.Layer;
const SHAPE = { inputShape: [6, 6, 3] };
const base = (kind: Case["kind"]): Layer[] => [
  L.conv2d({ filters: 4, kernelSize: 3, activation: "relu", ...SHAPE }),
  L.batchNormalization({ momentum: 0.9, ...kind }),
];
const head = (): Layer[] => [
  L.globalAveragePooling2d({}),
  L.dense({ units: 3, activation: "softmax" }),
];
const functional = (layers: readonly Layer[]): tfl.LayersModel => {
  const inputs = tfl.input({ shape: [6, 6, 3] });
  const outputs = layers.reduce((x, layer) => layer.apply(x) as tfl.SymbolicTensor, inputs);
  return tfl.model({ inputs, outputs });
};
const FORMS: Record<string, (kind: Case["kind"]) => tfl.LayersModel> = {
  Sequential: (kind) => tfl.sequential({ layers: [...base(kind), ...head()] }),
  functional: (kind) => functional([...base(kind), ...head()]),
  nested: (kind) => functional([tfl.sequential({ layers: base(kind) }), ...head()]),
};

/** Compiled as a user does it, without this library. */
function compiled(model: tfl.LayersModel, first: number[][]): tfl.LayersModel {
  const values = model.weights.map(({ shape }, i) => tf.tensor(first[i], shape as number[]));
  model.setWeights(values);
  tf.dispose(values);
  const optimizer = tf.train.sgd(0.5);
  model.compile({ optimizer, loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

const RUN = { train: set, batchSize: 8, verbose: 0 } as const;
const LOOPS: Record<string, (model: tfl.LayersModel) => Promise<readonly number[]>> = {
  trainPhase: async (model) => (await trainPhase(model, { ...RUN, epochs })).loss,
  train: async (model) => {
    const { history } = await train(model, {
      ...RUN,
      phases: [{ epochs: 1 }, { epochs: epochs - 1 }],
    });
    return history.loss;
  },
  trainTwoPhase: async (model) => {
    const augmentation = new ImageDataGenerator();
    const { all } = await trainTwoPhase(model, { ...RUN, epochs: [1, epochs - 1], augmentation });
    return all.loss;
  },
};

describe.each(["cpu", "simd"])("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  const runs = cases.flatMap((item) =>
    Object.keys(FORMS).flatMap((form) =>
      Object.keys(LOOPS).map((loop) => [JSON.stringify(item.kind), form, loop, item] as const),
    ),
  );

  it.each(runs)("%s, %s, trains as in Keras by %s", async (_, form, loop, item) => {
    const model = compiled(FORMS[form](item.kind), item.first);
    // Float32 sums in another order, through three steps.
    expectClose(await LOOPS[loop](model), item.loss, { rtol: 1e-4 });
    model.weights.forEach((weight, i) => {
      expectClose(weight.read().dataSync(), item.last[i], { rtol: 1e-3, atol: 1e-4 });
    });
    const { loss, accuracy } = await evaluate(model, set);
    expectClose([loss, accuracy], [item.evaluated.loss, item.evaluated.accuracy], { rtol: 1e-3 });
    model.dispose();
  });

  it.each(cases.map((item) => [JSON.stringify(item.kind), item] as const))(
    "%s is measured, used and tried before it is trained",
    async (_, item) => {
      const model = compiled(FORMS.nested(item.kind), item.last);
      const { loss, accuracy } = await evaluate(model, set);
      expectClose([loss, accuracy], [item.evaluated.loss, item.evaluated.accuracy]);
      const { probabilities } = await predict(model, set);
      expectClose(probabilities, item.predicted, { rtol: 1e-4 });
      const { losses } = await findLearningRate(model, { train: set, batchSize: 8, steps: 3 });
      expect(losses).toHaveLength(3);
      model.weights.forEach((weight, i) => {
        expectClose(weight.read().dataSync(), item.last[i], { rtol: 0, atol: 0 });
      });
      model.dispose();
    },
  );
});
