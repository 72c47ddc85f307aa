import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { mix32 } from "../../src/random/mix.ts";
import { expectSameAsCpu, numbers, random, run, runAll, useSimd } from "./backends.ts";

/** Whether the kernel exists on the active backend: the reference composes it from others. */
const fused = (): boolean => tf.getBackend() === "simd";

/** d sum(f(...x) * random) / dx, and f itself. */
function valueAndGradients(f: (...x: tf.Tensor[]) => tf.Tensor, x: tf.Tensor[]): tf.Tensor[] {
  const y = f(...x);
  const weights = random(y.shape as never, { seed: 77 });
  return [y, ...tf.grads((...args) => tf.sum(tf.mul(f(...args), weights)))(x)];
}

describe("Conv2DBiasActivation", () => {
  beforeAll(() => useSimd());

  it.each([
    { activation: "relu", channels: [8, 12], strides: [1, 1], pad: "same" },
    { activation: "linear", channels: [3, 7], strides: [2, 1], pad: "valid" },
    { activation: "relu", channels: [3, 32], strides: [1, 1], pad: "same" },
  ])("is convolution, bias and activation, with their gradients: %o", async (c) => {
    const { activation, channels, strides, pad } = c;
    const attrs = { strides, pad, dilations: [1, 1], activation };
    const layer = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
      if (fused()) return run("Conv2DBiasActivation", { x, filter, bias }, attrs);
      const at = [x as tf.Tensor4D, filter as tf.Tensor4D, strides as [number, number]] as const;
      const sum = tf.add(tf.conv2d(...at, pad as "same"), bias);
      return activation === "relu" ? tf.relu(sum) : sum;
    };
    await expectSameAsCpu(
      activation,
      () =>
        valueAndGradients(layer, [
          random<tf.Rank.R4>([5, 8, 9, channels[0]], { seed: 1 }),
          random<tf.Rank.R4>([3, 3, ...(channels as [number, number])], { seed: 2 }),
          random<tf.Rank.R1>([channels[1]], { seed: 3 }),
        ]),
      // Sums of up to 360 terms below 4, through Winograd's transforms.
      { rtol: 0, atol: 12 * 4 * 361 * 2 ** -23 },
    );
  });

  it("works without a bias", async () => {
    await expectSameAsCpu(
      "no bias",
      () => {
        const x = random<tf.Rank.R4>([2, 6, 6, 3], { seed: 1 });
        const filter = random<tf.Rank.R4>([3, 3, 3, 4], { seed: 2 });
        const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], activation: "linear" };
        return valueAndGradients(
          (a, b) =>
            fused()
              ? run("Conv2DBiasActivation", { x: a, filter: b }, attrs)
              : tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same"),
          [x, filter],
        );
      },
      { rtol: 0, atol: 4 * 73 * 2 ** -23 },
    );
  });
});

describe("MatMulBiasActivation", () => {
  beforeAll(() => useSimd());

  it.each(["linear", "relu"])("is product, bias and %s, with their gradients", async (name) => {
    for (const [m, k, n] of [
      [4, 9, 10],
      [33, 70, 17],
      [1, 600, 3],
    ]) {
      await expectSameAsCpu(
        `${name} ${m} ${k} ${n}`,
        () =>
          valueAndGradients(
            (x, kernel, bias) => {
              if (fused()) {
                return run("MatMulBiasActivation", { x, kernel, bias }, { activation: name });
              }
              const sum = tf.add(tf.matMul(x as tf.Tensor2D, kernel as tf.Tensor2D), bias);
              return name === "relu" ? tf.relu(sum) : sum;
            },
            [
              random<tf.Rank.R2>([m, k], { seed: 1 }),
              random<tf.Rank.R2>([k, n], { seed: 2 }),
              random<tf.Rank.R1>([n], { seed: 3 }),
            ],
          ),
        { rtol: 0, atol: 4 * (k + 1) * 2 ** -23 },
      );
    }
  });
});

/** Batch normalisation over rows and sum(y * dy), in float64. */
function normalized(
  x: ArrayLike<number>,
  channels: number,
  gamma: ArrayLike<number>,
  beta: ArrayLike<number>,
  epsilon: number,
): { y: Float64Array; mean: Float64Array; variance: Float64Array } {
  const rows = x.length / channels;
  const [mean, variance] = [new Float64Array(channels), new Float64Array(channels)];
  const y = new Float64Array(x.length);
  for (let i = 0; i < x.length; i++) mean[i % channels] += x[i] / rows;
  for (let i = 0; i < x.length; i++)
    variance[i % channels] += (x[i] - mean[i % channels]) ** 2 / rows;
  for (let i = 0; i < x.length; i++) {
    const c = i % channels;
    y[i] = ((x[i] - mean[c]) / Math.sqrt(variance[c] + epsilon)) * gamma[c] + beta[c];
  }
  return { y, mean, variance };
}

describe("BatchNormTraining", () => {
  beforeAll(() => useSimd());

  it.each([[[1, 1]], [[7, 3]], [[100, 4]], [[3, 5, 6, 17]], [[2, 40, 40, 36]], [[1025, 64]]])(
    "normalises %o as float64 does",
    (shape) => {
      const channels = shape.at(-1)!;
      const x = random<tf.Rank.R2>(shape as [number, number], { seed: 1 });
      const [gamma, beta] = [2, 3].map((seed) => random<tf.Rank.R1>([channels], { seed }));
      const results = runAll("BatchNormTraining", { x, gamma, beta }, { epsilon: 1e-3 });
      const values = [x, gamma, beta].map((tensor) => tensor.dataSync());
      const wanted = normalized(values[0], channels, values[1], values[2], 1e-3);
      for (const [i, name] of (["y", "mean", "variance"] as const).entries()) {
        results[i].dataSync().forEach((value, j) => {
          // A handful of roundings of numbers up to 2 * 1 / sqrt(epsilon).
          expect(Math.abs(value - wanted[name][j])).toBeLessThan(
            1e-5 * (1 + Math.abs(wanted[name][j])),
          );
        });
      }
    },
  );

  it("keeps its precision where the mean is a thousand times the deviation", () => {
    const x = numbers(4096 * 5, 1).map((value) => 1000 + value / 2);
    const ones = [1, 1, 1, 1, 1];
    const results = runAll("BatchNormTraining", { x: tf.tensor2d(x, [4096, 5]) }, { epsilon: 0 });
    const { variance } = normalized(x, 5, ones, ones, 0);
    results[2].dataSync().forEach((value, c) => {
      expect(Math.abs(value / variance[c] - 1)).toBeLessThan(1e-4);
    });
  });

  it("has gradients that finite differences in float64 confirm, with and without gamma", () => {
    const [rows, channels] = [11, 5];
    const x = numbers(rows * channels, 1);
    const dy = numbers(rows * channels, 2);
    for (const withGamma of [true, false]) {
      const gamma = withGamma ? numbers(channels, 3) : new Float32Array(channels).fill(1);
      const beta = numbers(channels, 4);
      const tensors = {
        x: tf.tensor2d(x, [rows, channels]),
        ...(withGamma && { gamma: tf.tensor1d(gamma), beta: tf.tensor1d(beta) }),
      };
      const gradients = tf.grads((...given) => {
        const inputs = Object.fromEntries(Object.keys(tensors).map((name, i) => [name, given[i]]));
        const [y] = runAll("BatchNormTraining", inputs, { epsilon: 1e-3 });
        return tf.sum(tf.mul(y, tf.tensor2d(dy, [rows, channels])));
      })(Object.values(tensors));
      const at = [x, gamma, beta].map((values) => Float64Array.from(values));
      const loss = (): number =>
        normalized(at[0], channels, at[1], at[2], 1e-3).y.reduce((sum, y, i) => sum + y * dy[i], 0);
      gradients.forEach((gradient, argument) => {
        gradient.dataSync().forEach((value, i) => {
          const before = at[argument][i];
          at[argument][i] = before + 1e-5;
          const above = loss();
          at[argument][i] = before - 1e-5;
          const slope = (above - loss()) / 2e-5;
          at[argument][i] = before;
          expect(Math.abs(value - slope)).toBeLessThan(2e-5 * (1 + Math.abs(slope)));
        });
      });
    }
  });

  it("gives the gradient of what it normalised, whoever computes it", () => {
    // Behind a convolution with a relu its gradient is computed together with that layer's.
    const x = random<tf.Rank.R4>([2, 8, 8, 8], { seed: 1 });
    const filter = random<tf.Rank.R4>([3, 3, 8, 8], { seed: 2 });
    const bias = random<tf.Rank.R1>([8], { seed: 3 });
    const weights = random<tf.Rank.R4>([2, 8, 8, 8], { seed: 4 });
    const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], activation: "relu" };
    const conv = (): tf.Tensor => run("Conv2DBiasActivation", { x, filter, bias }, attrs);
    const loss = (y: tf.Tensor): tf.Scalar =>
      tf.sum(tf.mul(runAll("BatchNormTraining", { x: y }, { epsilon: 1e-3 })[0], weights));
    const whole = tf.grad((b) => loss(run("Conv2DBiasActivation", { x, filter, bias: b }, attrs)))(
      bias,
    );
    const y = conv();
    const dy = tf.grad(loss)(y);
    const masked = tf.mul(dy, tf.cast(tf.greater(y, 0), "float32"));
    const parts = tf.sum(masked, [0, 1, 2]).dataSync();
    // 128 terms of a size of about 1.
    whole.dataSync().forEach((value, c) => {
      expect(Math.abs(value - parts[c])).toBeLessThan(128 * 4 * 2 ** -23);
    });
    // The gradient itself is not masked.
    expect(dy.dataSync().some((value, i) => value !== 0 && y.dataSync()[i] === 0)).toBe(true);
  });

  it("gives the bias its gradient through a flattening layer, too", async () => {
    // The same data as the convolution's output, but with other channels.
    const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], activation: "relu" };
    const normalize = (rows: tf.Tensor): tf.Tensor => {
      if (fused()) return runAll("BatchNormTraining", { x: rows }, { epsilon: 1e-3 })[0];
      const { mean, variance } = tf.moments(rows, 0);
      return tf.div(tf.sub(rows, mean), tf.sqrt(tf.add(variance, 1e-3)));
    };
    const network = (x: tf.Tensor, filter: tf.Tensor, bias: tf.Tensor): tf.Tensor => {
      const y = fused()
        ? run("Conv2DBiasActivation", { x, filter, bias }, attrs)
        : tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, "same"), bias));
      return normalize(tf.reshape(y, [6, -1]));
    };
    await expectSameAsCpu(
      "flattened",
      () =>
        valueAndGradients(network, [
          random<tf.Rank.R4>([6, 8, 8, 3], { seed: 1 }),
          random<tf.Rank.R4>([3, 3, 3, 8], { seed: 2 }),
          random<tf.Rank.R1>([8], { seed: 3 }),
        ]),
      // The bias's gradient sums 384 terms below 2 / sqrt(epsilon).
      { rtol: 0, atol: 384 * 64 * 4 * 2 ** -23 },
    );
  });
});

describe("SeededDropout", () => {
  beforeAll(() => useSimd());

  it("draws each element from the seed and its index, and its gradient draws the same", () => {
    const [rate, seed] = [0.3, 0x9e3779b9];
    const x = random<tf.Rank.R1>([1003], { seed: 1 });
    const values = x.dataSync();
    const y = run("SeededDropout", { x }, { rate, seed });
    const dx = tf
      .grad((a) => tf.sum(run("SeededDropout", { x: a }, { rate, seed })))(x)
      .dataSync();
    const scale = Math.fround(1 / (1 - rate));
    const threshold = Math.round(rate * 2 ** 24);
    y.dataSync().forEach((value, i) => {
      const kept = mix32(mix32(i) ^ seed) >>> 8 >= threshold;
      expect(value).toBe(kept ? Math.fround(values[i] * scale) : 0);
      expect(dx[i]).toBe(kept ? scale : 0);
    });
  });

  it("keeps everything at rate 0", () => {
    const x = random<tf.Rank.R1>([9], { seed: 1 });
    const y = run("SeededDropout", { x }, { rate: 0, seed: 1 });
    expect([...y.dataSync()]).toEqual([...x.dataSync()]);
  });
});

describe("SparseSoftmaxCrossEntropy", () => {
  beforeAll(() => useSimd());

  it.each([
    [1, 2],
    [5, 10],
    [33, 3],
    [3, 1003],
  ])("of %i rows and %i classes, and its gradient, are those of float64", (rows, classes) => {
    const logits = numbers(rows * classes, 1).map((value) => 20 * value);
    const labels = Int32Array.from({ length: rows }, (_, i) => (7 * i) % classes);
    const dy = numbers(rows, 2);
    const labelTensor = tf.tensor1d(labels, "int32");
    const loss = (x: tf.Tensor): tf.Tensor =>
      run("SparseSoftmaxCrossEntropy", { logits: x, labels: labelTensor });
    const x = tf.tensor2d(logits, [rows, classes]);
    const value = loss(x).dataSync();
    const gradient = tf
      .grad((a) => tf.sum(tf.mul(loss(a), tf.tensor1d(dy))))(x)
      .dataSync();
    for (let row = 0; row < rows; row++) {
      const z = Float64Array.from(logits.subarray(row * classes, (row + 1) * classes));
      const largest = Math.max(...z);
      const sum = z.reduce((total, v) => total + Math.exp(v - largest), 0);
      const wanted = largest + Math.log(sum) - z[labels[row]];
      expect(Math.abs(value[row] - wanted)).toBeLessThan(2e-5 * (1 + Math.abs(wanted)));
      z.forEach((v, i) => {
        const probability = Math.exp(v - largest) / sum;
        const slope = (probability - Number(i === labels[row])) * dy[row];
        expect(Math.abs(gradient[row * classes + i] - slope)).toBeLessThan(1e-6);
      });
    }
  });

  it("never dies: a hopeless logit still has a gradient", () => {
    const logits = tf.tensor2d([[100, 0, 0]]);
    const labels = tf.tensor1d([1], "int32");
    const gradient = tf.grad((x) => run("SparseSoftmaxCrossEntropy", { logits: x, labels }))(
      logits,
    );
    expect([...gradient.dataSync()]).toEqual([1, -1, expect.closeTo(0, 30)]);
  });

  it("refuses a label that is no class", () => {
    const logits = tf.zeros([2, 3]);
    for (const label of [3, -1]) {
      const labels = tf.tensor1d([0, label], "int32");
      expect(() => run("SparseSoftmaxCrossEntropy", { logits, labels })).toThrow(
        /expected labels from 0 to 2, got/,
      );
    }
  });

  it("refuses another number of labels than samples", () => {
    const logits = tf.zeros([2, 3]);
    const labels = tf.tensor1d([0], "int32");
    expect(() => run("SparseSoftmaxCrossEntropy", { logits, labels })).toThrow(
      /expected 2 labels, one for each row of logits, got labels of shape \[1\]/,
    );
  });
});

describe("AdamUpdate", () => {
  beforeAll(() => useSimd());
  const attrs = { beta1: 0.9, beta2: 0.999, alpha: 0.01, epsilon: 1e-7 };

  it("updates variables and moments of any size in place, in one call", () => {
    const sizes = [1, 3, 4, 17, 16384, 16385];
    const sets = sizes.map((size, i) =>
      [0, 1, 2, 3].map((part) => {
        const values = numbers(size, 4 * i + part);
        return tf.variable(tf.tensor1d(part === 3 ? values.map(Math.abs) : values));
      }),
    );
    const before = sets.map((set) => set.map((tensor) => tensor.dataSync().slice()));
    run("AdamUpdate", sets.flat(), attrs);
    sets.forEach(([w, g, m, v], i) => {
      const [w0, g0, m0, v0] = before[i];
      expect([...g.dataSync()]).toEqual([...g0]);
      const [ws, ms, vs] = [w, m, v].map((tensor) => tensor.dataSync());
      for (let j = 0; j < w0.length; j += 101) {
        const mean = m0[j] + (g0[j] - m0[j]) * (1 - attrs.beta1);
        const square = v0[j] + (g0[j] ** 2 - v0[j]) * (1 - attrs.beta2);
        const moved = w0[j] - (attrs.alpha * mean) / (Math.sqrt(square) + attrs.epsilon);
        expect(Math.abs(ms[j] - mean)).toBeLessThan(1e-6);
        expect(Math.abs(vs[j] - square)).toBeLessThan(1e-6);
        expect(Math.abs(ws[j] - moved)).toBeLessThan(1e-5);
      }
    });
    tf.dispose(sets.flat());
  });

  it("leaves copies of a variable as they were", () => {
    const [w, m, v] = [1, 2, 3].map((value) => tf.variable(tf.tensor1d([value, value])));
    const copy = tf.clone(w);
    const { numTensors } = tf.memory();
    run("AdamUpdate", [w, tf.tensor1d([1, 1]), m, v], attrs);
    expect([...copy.dataSync()]).toEqual([1, 1]);
    expect(w.dataSync()[0]).not.toBe(1);
    expect(tf.memory().numTensors).toBe(numTensors + 1);
    tf.dispose([w, m, v, copy]);
  });

  it("does nothing to no variables", () => {
    expect(runAll("AdamUpdate", [], attrs)).toEqual([]);
  });

  it("is seen by a convolution that has kept its filter's transform", async () => {
    await useSimd();
    const x = random<tf.Rank.R4>([1, 20, 20, 8]);
    const filter = tf.variable(random<tf.Rank.R4>([3, 3, 8, 8], { seed: 1 }));
    const convolve = (by: tf.Tensor): Float32Array =>
      tf.tidy(() => tf.conv2d(x, by as tf.Tensor4D, 1, "same").dataSync() as Float32Array);
    for (let i = 0; i < 3; i++) convolve(filter);
    const state = [random(filter.shape, { seed: 2 }), tf.zerosLike(filter), tf.zerosLike(filter)];
    run("AdamUpdate", [filter, ...state], { beta1: 0.9, beta2: 0.999, alpha: 0.1, epsilon: 1e-7 });
    const copy = tf.tensor(filter.dataSync(), filter.shape);
    expect(convolve(filter)).toEqual(convolve(copy));
  });
});

describe("SgdUpdate", () => {
  beforeAll(() => useSimd());

  it.each([
    ["without momentum", { learningRate: 0.1, momentum: 0, nesterov: false }],
    ["with momentum", { learningRate: 0.1, momentum: 0.9, nesterov: false }],
    ["with Nesterov's momentum", { learningRate: 0.1, momentum: 0.9, nesterov: true }],
  ])("updates variables and velocities of any size in place %s", (_, attrs) => {
    const { learningRate, momentum, nesterov } = attrs;
    const parts = momentum === 0 ? [0, 1] : [0, 1, 2];
    const sets = [1, 3, 4, 17, 16384, 16385].map((size, i) =>
      parts.map((part) => tf.variable(tf.tensor1d(numbers(size, 3 * i + part)))),
    );
    const before = sets.map((set) => set.map((tensor) => tensor.dataSync().slice()));
    run("SgdUpdate", sets.flat(), attrs);
    sets.forEach((set, i) => {
      const [w0, g0, v0] = before[i];
      const [w, g, v] = set.map((tensor) => tensor.dataSync());
      expect([...g]).toEqual([...g0]);
      for (let j = 0; j < w0.length; j += j < 20 ? 1 : 101) {
        const velocity = momentum * (v0?.[j] ?? 0) - learningRate * g0[j];
        const move = nesterov ? momentum * velocity - learningRate * g0[j] : velocity;
        if (v) expect(Math.abs(v[j] - velocity)).toBeLessThan(1e-6);
        expect(Math.abs(w[j] - w0[j] - move)).toBeLessThan(1e-6);
      }
    });
    tf.dispose(sets.flat());
  });
});
