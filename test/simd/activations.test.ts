/** Activations in one kernel, alone and behind products and batch normalisation, and their gradients. */
import * as tf from "@tensorflow/tfjs-core";
import { layers } from "@tensorflow/tfjs-layers";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, numbers, random, run, runAll, useSimd } from "./backends.ts";

const NAMES = [
  ...["elu", "gelu", "gelu_new", "hardSigmoid", "mish", "relu", "relu6", "selu"],
  ...["sigmoid", "softplus", "softsign", "swish", "tanh"],
] as const;
type Name = (typeof NAMES)[number];

const fused = (): boolean => tf.getBackend() === "simd";

/** The activation as tfjs-layers composes it. */
function stock(name: string, x: tf.Tensor): tf.Tensor {
  if (name === "linear") return x;
  return layers.activation({ activation: name as Name }).apply(x) as tf.Tensor;
}

/** f of `x` and its gradients, each element's with a weight of its own. */
function valueAndGradients(f: (...x: tf.Tensor[]) => tf.Tensor, x: tf.Tensor[]): tf.Tensor[] {
  const y = f(...x);
  const weights = random(y.shape as never, { seed: 77 });
  return [y, ...tf.grads((...args) => tf.sum(tf.mul(f(...args), weights)))(x)];
}

/** Numbers over all that matters to an activation, with what stands at its bends. */
function arguments_(length: number): tf.Tensor1D {
  const bends = [0, -0, 6, 1, -1, 20, -20, 100, -100, 1e-30, 1e6, -1e6];
  const values = numbers(length, 5).map((value) => 4 * value);
  bends.slice(0, length).forEach((value, i) => (values[(i * 7) % length] = value));
  return tf.tensor1d(values);
}

describe("Activation", () => {
  beforeAll(() => useSimd());

  it.each(NAMES)("%s is what tfjs-layers composes, with its gradient", async (name) => {
    for (const length of [0, 1, 3, 4, 5, 17, 16384, 16389]) {
      await expectSameAsCpu(
        `${name} ${length}`,
        () =>
          valueAndGradients(
            (x) => (fused() ? run("Activation", { x }, { activation: name }) : stock(name, x)),
            [arguments_(length)],
          ),
        // 1 + tanh or erf is rounded at 1, where they are -1 and x is up to 8.
        { rtol: 2e-6, atol: 8 * 2 ** -22 },
      );
    }
  });

  it("leaks by a slope that is given", async () => {
    for (const alpha of [0.2, 0, -0.5]) {
      await expectSameAsCpu(`${alpha}`, () =>
        valueAndGradients(
          (x) =>
            fused()
              ? run("Activation", { x }, { activation: "leakyrelu", alpha })
              : tf.leakyRelu(x, alpha),
          [arguments_(17)],
        ),
      );
    }
  });

  it("passes on what is not a number", () => {
    for (const activation of NAMES) {
      const y = run("Activation", { x: tf.tensor1d([NaN, 1]) }, { activation });
      expect(y.dataSync()[0], activation).toBeNaN();
    }
  });

  it("has a gradient of GELU that is 0 and 1 at the far ends", () => {
    const x = tf.tensor1d([-1e30, -7, 7, 1e30]);
    const dx = tf.grad((a) => run("Activation", { x: a }, { activation: "gelu" }))(x);
    expect([...dx.dataSync()]).toEqual([0, 0, 1, 1]);
  });

  it("keeps no tensor but its result where no gradient is asked for", () => {
    const x = tf.tensor1d([1, 2]);
    for (const activation of ["gelu", "tanh"]) {
      expect([runAll("Activation", { x }, { activation })].flat()).toHaveLength(1);
    }
  });
});

describe("an activation behind a product", () => {
  beforeAll(() => useSimd());

  const CONVOLUTIONS = [
    { what: "Winograd's", x: [2, 9, 8, 8], filter: [3, 3, 8, 13], strides: 1 },
    { what: "a gather's", x: [2, 5, 7, 3], filter: [2, 3, 3, 5], strides: 2 },
    { what: "a dense gather's", x: [1, 5, 5, 4], filter: [1, 1, 4, 16], strides: 1 },
  ] as const;

  it.each(NAMES)("%s is the same as one by itself, with the gradients", async (name) => {
    for (const { what, x, filter, strides } of CONVOLUTIONS) {
      const attrs = { strides: [strides, strides], pad: "same", dilations: [1, 1] };
      await expectSameAsCpu(
        `${name} in ${what} epilogue`,
        () =>
          valueAndGradients(
            (a, b, bias) => {
              const inputs = { x: a, filter: b, bias };
              if (fused())
                return run("Conv2DBiasActivation", inputs, { ...attrs, activation: name });
              const product = tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, "same");
              return stock(name, tf.add(product, bias));
            },
            [random(x as never, { seed: 1 }), random(filter as never, { seed: 2 })].concat(
              random([filter[3]] as never, { seed: 3 }) as never,
            ),
          ),
        { rtol: 1e-5, atol: 12 * 4 * 73 * 2 ** -23 },
      );
    }
    for (const [m, k, n] of [
      [1, 9, 10],
      [9, 20, 7],
      [3, 600, 5],
    ]) {
      await expectSameAsCpu(
        `${name} of ${m} rows`,
        () =>
          valueAndGradients(
            (a, b, bias) => {
              const inputs = { x: a, kernel: b, bias };
              if (fused()) return run("MatMulBiasActivation", inputs, { activation: name });
              return stock(name, tf.add(tf.matMul(a as tf.Tensor2D, b as tf.Tensor2D), bias));
            },
            [
              random<tf.Rank.R2>([m, k], { seed: 1 }),
              random<tf.Rank.R2>([k, n], { seed: 2 }),
              random<tf.Rank.R1>([n], { seed: 3 }),
            ],
          ),
        { rtol: 1e-5, atol: 4 * (k + 1) * 2 ** -23 },
      );
    }
  });

  it.each(NAMES)("%s goes with the product where no gradient is asked for", async (name) => {
    for (const { what, x, filter, strides } of CONVOLUTIONS) {
      const attrs = { strides: [strides, strides], pad: "same", dilations: [1, 1] };
      const [a, b] = [random(x as never, { seed: 1 }), random(filter as never, { seed: 2 })];
      await expectSameAsCpu(
        `${name} in ${what} epilogue`,
        () => {
          if (fused()) {
            return run("Conv2DBiasActivation", { x: a, filter: b }, { ...attrs, activation: name });
          }
          return stock(name, tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, strides, "same"));
        },
        { rtol: 1e-5, atol: 12 * 4 * 73 * 2 ** -23 },
      );
    }
  });

  it("is done in one pass of tfjs's own fused operations, too, with a slope for each channel", async () => {
    for (const activation of ["relu6", "elu", "sigmoid", "leakyrelu", "prelu"] as const) {
      for (const { what, x, filter, strides } of CONVOLUTIONS) {
        const slopes = random<tf.Rank.R1>([filter[3]], { seed: 4 });
        for (const preluActivationWeights of [slopes, tf.reshape(slopes, [1, 1, -1])]) {
          await expectSameAsCpu(
            `${activation} in ${what} epilogue`,
            () =>
              tf.fused.conv2d({
                x: random<tf.Rank.R4>(x as never, { seed: 1 }),
                filter: random<tf.Rank.R4>(filter as never, { seed: 2 }),
                ...{ strides, pad: "same", activation, leakyreluAlpha: 0.3 },
                bias: random<tf.Rank.R1>([filter[3]], { seed: 3 }),
                ...(activation === "prelu" && { preluActivationWeights }),
              }),
            { rtol: 1e-5, atol: 12 * 4 * 73 * 2 ** -23 },
          );
        }
      }
      await expectSameAsCpu(`${activation} of a depthwise convolution`, () =>
        tf.fused.depthwiseConv2d({
          x: random<tf.Rank.R4>([2, 6, 7, 5], { seed: 1 }),
          filter: random<tf.Rank.R4>([3, 3, 5, 1], { seed: 2 }),
          ...{ strides: 1, pad: "same", activation, leakyreluAlpha: 0.3 },
          ...(activation === "prelu" && {
            preluActivationWeights: random<tf.Rank.R1>([5], { seed: 4 }),
          }),
        }),
      );
      await expectSameAsCpu(`${activation} of a product`, () =>
        tf.fused.matMul({
          a: random<tf.Rank.R2>([9, 20], { seed: 1 }),
          b: random<tf.Rank.R2>([20, 7], { seed: 2 }),
          ...{ activation, leakyreluAlpha: 0.3 },
          ...(activation === "prelu" && {
            preluActivationWeights: random<tf.Rank.R1>([7], { seed: 4 }),
          }),
        }),
      );
    }
  });
});

describe("an activation behind a batch normalisation", () => {
  beforeAll(() => useSimd());

  /** activation(batch norm(before(x))). */
  const block =
    (name: string, hasBeta: boolean, before: string) =>
    (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor, beta: tf.Tensor): tf.Tensor => {
      const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], activation: before };
      if (fused()) {
        const y = run("Conv2DBiasActivation", { x, filter, bias }, attrs);
        const inputs = hasBeta ? { x: y, beta } : { x: y };
        const [z] = runAll("BatchNormTraining", inputs, { epsilon: 1e-3 });
        return name === "linear" ? z : run("Activation", { x: z }, { activation: name });
      }
      const product = tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same");
      const y = stock(before, tf.add(product, bias));
      const { mean, variance } = tf.moments(y, [0, 1, 2]);
      const z = tf.div(tf.sub(y, mean), tf.sqrt(tf.add(variance, 1e-3)));
      return stock(name, hasBeta ? tf.add(z, beta) : z);
    };
  const inputs = (channels: number): tf.Tensor[] => [
    random<tf.Rank.R4>([3, 7, 6, 3], { seed: 1 }),
    random<tf.Rank.R4>([3, 3, 3, channels], { seed: 2 }),
    random<tf.Rank.R1>([channels], { seed: 3 }),
    random<tf.Rank.R1>([channels], { seed: 4 }),
  ];
  // Sums of 126 terms of gradients below about 4, each of a sum of 28 terms below 4.
  const tolerance = { rtol: 2e-5, atol: 126 * 28 * 2 ** -23 };

  it.each(NAMES)("%s is computed with it, with the gradients", async (name) => {
    for (const [channels, hasBeta] of [
      [5, true],
      [19, false],
    ] as const) {
      await expectSameAsCpu(
        `${name} of ${channels} channels`,
        () =>
          valueAndGradients(
            block(name, hasBeta, "linear"),
            inputs(channels).slice(0, hasBeta ? 4 : 3),
          ),
        tolerance,
      );
    }
  });

  it.each([
    ["relu", "gelu"],
    ["elu", "relu"],
    ["tanh", "linear"],
    ["selu", "swish"],
    ["gelu", "gelu"],
  ])("goes with a %s before it and a %s behind it", async (before, name) => {
    await expectSameAsCpu(
      `${before}, ${name}`,
      () => valueAndGradients(block(name, true, before), inputs(5)),
      tolerance,
    );
  });

  it("has the gradients of what others take of it as well", async () => {
    // A shortcut takes the normalised itself, the activation's gradient is not the only one.
    const network = (x: tf.Tensor, beta: tf.Tensor): tf.Tensor => {
      if (fused()) {
        const [z] = runAll("BatchNormTraining", { x, beta }, { epsilon: 1e-3 });
        return tf.mul(run("Activation", { x: z }, { activation: "gelu" }), z);
      }
      const { mean, variance } = tf.moments(x, 0);
      const z = tf.add(tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, 1e-3))), beta);
      return tf.mul(stock("gelu", z), z);
    };
    await expectSameAsCpu(
      "shortcut",
      () =>
        valueAndGradients(network, [
          random<tf.Rank.R2>([33, 6], { seed: 1 }),
          random<tf.Rank.R1>([6], { seed: 2 }),
        ]),
      { rtol: 1e-5, atol: 33 * 2 ** -20 },
    );
  });

  it("does not put what lies between into memory", () => {
    const backend = tf.backend() as unknown as { heap: { bytesInUse: number } };
    const x = random<tf.Rank.R2>([4096, 64], { seed: 1 });
    tf.tidy(() => {
      run("Relu", { x });
      const before = backend.heap.bytesInUse;
      tf.grad((a) => {
        const [z] = runAll("BatchNormTraining", { x: a }, { epsilon: 1e-3 });
        const y = run("Activation", { x: z }, { activation: "gelu" });
        // The result, and a few numbers for each channel.
        expect(backend.heap.bytesInUse - before).toBeLessThan(1.1 * 4 * x.size);
        return tf.sum(y);
      })(x);
    });
  });

  it("gives the same bits on one thread and on three", async () => {
    const bits: string[] = [];
    for (const threads of [1, 3]) {
      await useSimd({ threads });
      const results = tf.tidy(() => valueAndGradients(block("gelu", true, "elu"), inputs(19)));
      bits.push(JSON.stringify(results.map((tensor) => [...tensor.dataSync()])));
    }
    expect(bits[0]).toBe(bits[1]);
  });
});
