/**
 * One training step against a float64 reference computed by PyTorch (test/fixtures/model), on every
 * backend that Node has, through model.trainOnBatch and through trainPhase.
 */
import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { array } from "@tensorflow/tfjs-data";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildCifarModel, trainPhase } from "cifar-kit";
import { NODE_BACKENDS, useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";

interface Expected {
  inferenceProbabilities: number[];
  trainingProbabilities: number[];
  loss: number;
  accuracy: number;
  gradients: Record<string, number[]>;
  after: Record<string, number[]>;
}

interface Fixture {
  config: {
    inputShape: [number, number, number];
    numClasses: number;
    filters: number[];
    denseUnits: number;
    batch: number;
  };
  images: number[];
  weights: { name: string; shape: number[]; values: number[] }[];
  cases: {
    name: string;
    labels: number[];
    dropout: { rate: number } | null;
    denseBias: number[];
    expected: Expected;
  }[];
}

const fixture = JSON.parse(
  readFileSync(new URL("../fixtures/model/training-step.json", import.meta.url), "utf8"),
) as Fixture;
const { config } = fixture;

// The longest sums have about 400 terms: 400 x 2^-23 is 5e-5 of the largest one.
const SUM = { rtol: 5e-5, atol: 5e-6 };
// Terms of a gradient cancel, so its error is measured against the largest value of its tensor.
// simd convolves by Winograd's F(4x4, 3x3), whose rounding error is up to 12 times a direct sum's.
const gradientTolerance = (
  expected: number[],
  backend: string,
): { rtol: number; atol: number } => ({
  rtol: 5e-5,
  atol: (backend === "simd" ? 12e-5 : 1e-5) * Math.max(...expected.map(Math.abs)),
});

function fixedModel(testCase: Fixture["cases"][number]): LayersModel {
  const model = buildCifarModel({
    inputShape: config.inputShape,
    numClasses: config.numClasses,
    filters: config.filters,
    denseUnits: config.denseUnits,
    dropoutRate: testCase.dropout?.rate ?? 0,
    seed: 7,
  });
  tf.tidy(() => {
    const tensors = new Map(
      fixture.weights.map(({ name, shape, values }) => [
        name,
        tf.tensor(name === "dense_1/bias" ? testCase.denseBias : values, shape),
      ]),
    );
    for (const layer of model.layers) {
      layer.setWeights(layer.weights.map((w) => tensors.get(w.originalName)!));
    }
  });
  return model;
}

const images = (): tf.Tensor4D => tf.tensor4d(fixture.images, [config.batch, ...config.inputShape]);

describe.each(NODE_BACKENDS)("a training step on %s agrees with float64", (backend) => {
  beforeAll(() => useBackend(backend));
  afterEach(() => {
    tf.disposeVariables();
  });

  describe.each(fixture.cases)("$name", (testCase) => {
    const { expected } = testCase;

    it("predicts the reference's probabilities", () => {
      const model = fixedModel(testCase);
      const x = images();
      const probabilities = model.predict(x) as tf.Tensor;
      expectClose(probabilities.dataSync(), expected.inferenceProbabilities, SUM);
      tf.dispose([x, probabilities]);
      model.dispose();
    });

    it.each(["model.trainOnBatch", "trainPhase"])(
      "gives the reference's loss, accuracy, weights and moving statistics through %s",
      async (way) => {
        const model = fixedModel(testCase);
        const { loss, accuracy } = await takeStep(way, model, testCase.labels);
        expectClose([loss], [expected.loss], SUM);
        expect(accuracy).toBeCloseTo(expected.accuracy, 6);
        for (const weight of model.weights) {
          const after = weight.read().dataSync();
          const name = weight.originalName;
          if (!(name in expected.gradients)) {
            expectClose(after, expected.after[name], { ...SUM, what: name });
            continue;
          }
          // Adam's first step has the size of the learning rate whatever the size of the gradient.
          // Where a gradient is as small as the rounding of its own sum, even the sign of the step
          // is open: those places are compared through the gradient only.
          const { atol } = gradientTolerance(expected.gradients[name], backend);
          const open = expected.gradients[name].map((g) => Math.abs(g) < 10 * atol);
          const pick = (values: ArrayLike<number>): number[] =>
            Array.from(values).filter((_, i) => !open[i]);
          const wanted = pick(expected.after[name]);
          expectClose(pick(after), wanted, { rtol: 1e-5, atol: 2e-6, what: name });
        }
        model.dispose();
      },
    );

    it("gives the reference's gradient of every weight", () => {
      const model = fixedModel(testCase);
      const gradients = stepGradients(model, testCase.labels);
      for (const [name, gradient] of Object.entries(gradients)) {
        const reference = expected.gradients[name];
        expectClose(gradient, reference, { ...gradientTolerance(reference, backend), what: name });
      }
      expect(Object.keys(gradients).sort()).toEqual(Object.keys(expected.gradients).sort());
      model.dispose();
    });
  });
});

/** One step on the fixture's batch. */
async function takeStep(
  way: string,
  model: LayersModel,
  labels: number[],
): Promise<{ loss: number; accuracy: number }> {
  const batch = (): { xs: tf.Tensor; ys: tf.Tensor } => ({
    xs: images(),
    ys: tf.tensor1d(labels, "float32"),
  });
  if (way === "trainPhase") {
    const train = array([0]).map(batch);
    const history = await trainPhase(model, { train, epochs: 1, verbose: 0 });
    return { loss: history.loss[0], accuracy: history.accuracy[0] };
  }
  const { xs, ys } = batch();
  const [loss, accuracy] = (await model.trainOnBatch(xs, ys)) as number[];
  tf.dispose([xs, ys]);
  return { loss, accuracy };
}

/** The gradients of one step, caught on their way to the optimizer. */
function stepGradients(model: LayersModel, labels: number[]): Record<string, Float32Array> {
  const names = new Map(model.trainableWeights.map((w) => [w.read().id, w.originalName]));
  const caught: Record<string, Float32Array> = {};
  const { optimizer } = model;
  optimizer.applyGradients = (gradients): void => {
    for (const { name, tensor } of gradients as { name: string; tensor: tf.Tensor }[]) {
      const variable = tf.engine().registeredVariables[name];
      caught[names.get(variable.id)!] = tensor.dataSync() as Float32Array;
    }
  };
  const train = (
    model as unknown as { makeTrainFunction(): (data: tf.Tensor[]) => tf.Scalar[] }
  ).makeTrainFunction();
  const x = images();
  const y = tf.tensor1d(labels, "float32");
  tf.dispose([x, y, ...train([x, y])]);
  return caught;
}
