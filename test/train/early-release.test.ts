import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { layers, sequential } from "@tensorflow/tfjs-layers";
import { trainPhase } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { tinyImages } from "../helpers/tiny.ts";
import { releaseEarly } from "../../src/train/run/early-release.ts";

beforeAll(() => useBackend("cpu"));

type Loss = (...variables: tf.Variable[]) => tf.Scalar;

/** The gradients of `loss` by variables of these values, and the bytes at each call of `look`. */
function gradients(values: readonly tf.TensorLike[], loss: Loss, early: boolean): number[][] {
  const variables = values.map((value) => tf.variable(tf.tensor(value)));
  const { value, grads } = tf.variableGrads(() => {
    const result = loss(...variables);
    if (early) releaseEarly(variables);
    return result;
  }, variables);
  const numbers = [value, ...variables.map(({ name }) => grads[name])].map((tensor) =>
    Array.from(tensor.dataSync()),
  );
  tf.dispose([value, grads, variables]);
  return numbers;
}

/** y = x, whose gradient is the very tensor that comes. */
const passing = tf.customGrad((x) => ({
  value: (x as tf.Tensor).clone(),
  gradFunc: (dy: tf.Tensor) => dy,
}));

/** x + y of one shape, with one tensor as both gradients. */
const passingTwice = tf.customGrad((x, y) => ({
  value: tf.add(x as tf.Tensor, y as tf.Tensor),
  gradFunc: (dy: tf.Tensor) => [dy, dy],
}));

const LOSSES: Record<string, Loss> = {
  "a chain": (x) => tf.sum(tf.square(tf.sigmoid(tf.mul(x, 3)))),
  "a tensor used several times": (x) => {
    const y = tf.sigmoid(x);
    return tf.sum(tf.add(tf.mul(y, y), tf.add(tf.exp(y), tf.relu(y))));
  },
  "two variables, one of which is not reached": (x, y) => tf.sum(tf.mul(x, tf.exp(tf.relu(y)))),
  "pieces and wholes": (x, y) => {
    const [a, b] = tf.split(tf.concat([x, y], 1), 2, 1);
    return tf.sum(tf.mul(tf.sigmoid(a), tf.exp(b)));
  },
  "shared data in another shape": (x) => tf.sum(tf.square(tf.reshape(tf.sigmoid(x), [-1]))),
  "a gradient that is passed on": (x) => tf.sum(tf.square(passing(passing(tf.sigmoid(x))))),
  "a gradient that is passed on twice": (x, y) =>
    tf.sum(tf.square(passingTwice(tf.sigmoid(x), tf.exp(y)))),
  "a loss that takes gradients itself": (x) =>
    tf.sum(tf.square(tf.grad((z) => tf.sum(tf.mul(tf.sigmoid(z), z)))(x))),
};

/** y = x, whose gradient notes how many bytes there are. */
const looking = (bytes: number[]): ((x: tf.Tensor) => tf.Tensor) =>
  tf.customGrad((x) => ({
    value: (x as tf.Tensor).clone(),
    gradFunc: (dy: tf.Tensor) => {
      bytes.push(tf.memory().numBytes);
      return dy.clone();
    },
  }));

describe("releaseEarly", () => {
  const x = [[0.5, -1.25, 2]];
  const y = [[-0.75, 0.125, 1]];

  it.each(Object.entries(LOSSES))("changes no gradient of %s, and leaks nothing", (_, loss) => {
    const values = loss.length === 1 ? [x] : [x, y];
    const before = tf.memory().numTensors;
    const plain = gradients(values, loss, false);
    const after = tf.memory().numTensors;
    expect(gradients(values, loss, true)).toEqual(plain);
    expect(tf.memory().numTensors - after).toBeLessThanOrEqual(after - before);
  });

  it("leaves the tape alone where gradients of gradients are taken", () => {
    const second = tf.grad((z) => {
      const first = tf.grad((w) => {
        const value = tf.sum(tf.pow(w, 3));
        releaseEarly([w]);
        return value;
      });
      return tf.sum(first(z));
    });
    expect(Array.from(second(tf.tensor([2, 5])).dataSync())).toEqual([12, 30]);
  });

  it("gives back what a part of the network needed before the part before it begins", () => {
    const bytes: number[] = [];
    const look = looking(bytes);
    gradients(
      [Array.from({ length: 1000 }, (_, i) => i / 1000)],
      (z) => {
        let h: tf.Tensor = z;
        for (let i = 0; i < 5; i++) h = look(tf.sigmoid(h));
        return tf.sum(h);
      },
      true,
    );
    // Each sigmoid's output and what came of the one behind it are gone.
    expect(bytes).toEqual([...new Set(bytes)].sort((a, b) => b - a));
  });

  it("gives back at once what frozen layers saved", () => {
    const variable = tf.variable(tf.tensor1d([1]));
    const { value, grads } = tf.variableGrads(() => {
      const frozen = tf.sum(tf.sigmoid(tf.sigmoid(tf.ones([1000]))));
      const loss = tf.sum(tf.mul(frozen, variable));
      const saved = tf.engine().state.activeTape.flatMap((node) => node.saved ?? []);
      const held = (): number =>
        saved.filter((tensor) => !tensor.isDisposed && tensor.size > 1).length;
      expect(held()).toBeGreaterThan(0);
      releaseEarly([variable]);
      expect(held()).toBe(0);
      return loss as tf.Scalar;
    }, [variable]);
    tf.dispose([value, grads, variable]);
  });
});

describe("trainPhase", () => {
  it("gives memory back on the way through the gradients, with any optimizer", async () => {
    const bytes: number[] = [];
    const look = looking(bytes);
    class Look extends layers.Layer {
      static readonly className = "Look";
      override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
        return look(Array.isArray(inputs) ? inputs[0] : inputs);
      }
    }
    const model = sequential();
    model.add(layers.flatten({ inputShape: [8, 8, 3] }));
    model.add(layers.dense({ units: 256, activation: "sigmoid" }));
    for (let i = 0; i < 4; i++) {
      model.add(layers.activation({ activation: "sigmoid" }));
      model.add(new Look({}));
    }
    model.add(layers.dense({ units: 3, activation: "softmax" }));
    const optimizer = tf.train.sgd(0.1);
    model.compile({ optimizer, loss: "sparseCategoricalCrossentropy" });
    await trainPhase(model, { train: tinyImages(12), epochs: 1, batchSize: 12, verbose: 0 });
    expect(bytes.length).toBe(4);
    expect(bytes).toEqual([...new Set(bytes)].sort((a, b) => b - a));
    expect(Object.hasOwn(optimizer, "minimize")).toBe(false);
    model.dispose();
  });
});
