import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { fitsConv } from "../../src/simd/plans/conv.ts";
import { convShape } from "../../src/simd/tfjs/conv-shape.ts";
import { expectSameAsCpu, numbers, random, run, useSimd } from "./backends.ts";

type Pair = [number, number];
type Pad = "same" | "valid" | number | tf.backend_util.ExplicitPadding;

interface Case {
  readonly x: [batch: number, height: number, width: number];
  readonly channels: [input: number, output: number];
  readonly filter: Pair;
  readonly strides?: Pair;
  readonly pad?: Pad;
  readonly dilations?: Pair;
}

/**
 * Sums of `depth` terms below 4 in float32. Winograd's transforms add and subtract numbers up to
 * about 12 times the size of the result before they cancel.
 */
const tolerance = (depth: number, winograd: boolean): { rtol: number; atol: number } => ({
  rtol: 0,
  atol: (winograd ? 12 : 1) * 4 * (depth + 1) * 2 ** -23,
});

async function expectConvolution(c: Case): Promise<void> {
  const { x, channels, filter, strides = [1, 1], pad = "same", dilations = [1, 1] } = c;
  const name = JSON.stringify(c);
  const images = (): tf.Tensor4D => random<tf.Rank.R4>([...x, channels[0]], { seed: 1 });
  const filters = (): tf.Tensor4D => random<tf.Rank.R4>([...filter, ...channels], { seed: 2 });
  const forward = (): tf.Tensor4D =>
    tf.conv2d(images(), filters(), strides, pad, "NHWC", dilations);
  const shape = tf.tidy(() => forward().shape);
  const dy = (): tf.Tensor4D => random<tf.Rank.R4>(shape, { seed: 3 });
  const attrs = { strides, pad, dilations, dataFormat: "NHWC" };
  const winograd = filter.every((size) => size === 3);
  const taps = filter[0] * filter[1];
  const expectSame = (what: string, compute: () => tf.Tensor, terms: number): Promise<void> =>
    expectSameAsCpu(what, compute, { ...tolerance(terms, winograd), keep: true });
  await expectSame(name, forward, taps * channels[0]);
  // The cpu backend has no gradients of dilated convolutions; float64 below has.
  if (dilations.some((d) => d > 1)) return;
  await expectSame(
    `dx of ${name}`,
    () =>
      run(
        "Conv2DBackpropInput",
        { dy: dy(), filter: filters() },
        { ...attrs, inputShape: [...x, channels[0]] },
      ),
    taps * channels[1],
  );
  await expectSame(
    `dfilter of ${name}`,
    () =>
      run(
        "Conv2DBackpropFilter",
        { x: images(), dy: dy() },
        { ...attrs, filterShape: [...filter, ...channels] },
      ),
    shape[0] * shape[1] * shape[2],
  );
}

describe.each(["off", "auto"] as const)("convolutions (relaxed SIMD %s)", (relaxedSimd) => {
  beforeAll(() => useSimd({ threads: 2, relaxedSimd }));

  it("of 3 x 3 agree with the cpu backend for images around Winograd's 4 x 4 tiles", async () => {
    for (const size of [3, 4, 5, 7, 8, 9, 13]) {
      await expectConvolution({ x: [6, size, size + 1], channels: [8, 9], filter: [3, 3] });
    }
  });

  it("of 3 x 3 agree for channels around vectors, panels and groups", async () => {
    for (const channels of [
      [8, 8],
      [9, 15],
      [12, 17],
      [15, 16],
      [17, 12],
      [33, 31],
      [65, 20],
    ] as Pair[]) {
      await expectConvolution({ x: [5, 7, 9], channels, filter: [3, 3] });
    }
  });

  it("of 3 x 3 agree for every padding", async () => {
    const pads: Pad[] = ["valid", 0, 1, 2, 3];
    pads.push([
      [0, 0],
      [3, 0],
      [0, 4],
      [0, 0],
    ]);
    for (const pad of pads) {
      await expectConvolution({ x: [5, 9, 10], channels: [8, 12], filter: [3, 3], pad });
    }
  });

  it("agree over more tiles than one block and one chunk hold", async () => {
    await expectConvolution({ x: [9, 24, 20], channels: [16, 8], filter: [3, 3] });
  });

  it("of any filter, stride and padding agree", async () => {
    for (const filter of [
      [1, 1],
      [2, 3],
      [5, 4],
      [3, 3],
    ] as Pair[]) {
      for (const strides of [
        [1, 1],
        [2, 2],
        [3, 1],
      ] as Pair[]) {
        for (const pad of ["same", "valid"] as const) {
          await expectConvolution({ x: [2, 9, 8], channels: [3, 5], filter, strides, pad });
        }
      }
    }
  });

  it("agree for channels around vectors and panels, and more pixels than a block", async () => {
    for (const channels of [
      [1, 1],
      [3, 32],
      [4, 8],
      [7, 9],
      [16, 3],
    ] as Pair[]) {
      await expectConvolution({ x: [2, 12, 11], channels, filter: [2, 2] });
    }
  });

  it("agree where strides step over inputs that no output sees", async () => {
    await expectConvolution({
      x: [2, 7, 8],
      channels: [5, 6],
      filter: [1, 2],
      strides: [3, 3],
      pad: "valid",
    });
  });

  it("agree when dilated", async () => {
    for (const dilations of [
      [2, 2],
      [1, 3],
    ] as Pair[]) {
      for (const pad of ["same", "valid"] as const) {
        const filter: Pair = [3, 2];
        await expectConvolution({ x: [2, 11, 12], channels: [5, 6], filter, dilations, pad });
      }
    }
  });

  it("fuse bias and activation", async () => {
    for (const activation of ["linear", "relu", "relu6", "sigmoid", "prelu"] as const) {
      for (const channels of [
        [8, 8],
        [3, 7],
      ] as Pair[]) {
        await expectSameAsCpu(
          `${activation} of ${String(channels)}`,
          () =>
            tf.fused.conv2d({
              x: random<tf.Rank.R4>([4, 8, 8, channels[0]], { seed: 1 }),
              filter: random<tf.Rank.R4>([3, 3, ...channels], { seed: 2 }),
              strides: 1,
              pad: "same",
              bias: random<tf.Rank.R1>([channels[1]], { seed: 3 }),
              activation,
              ...(activation === "prelu" && {
                preluActivationWeights: random<tf.Rank.R1>([channels[1]], { seed: 4 }),
              }),
            }),
          tolerance(9 * channels[0] + 1, true),
        );
      }
    }
  });

  it("tell filters from each other whose data are the same, but not their shapes", () => {
    for (const size of [1, 3]) {
      const filter = random<tf.Rank.R4>([size, size, 8, 16], { seed: 1 });
      const reshaped = tf.reshape<tf.Rank.R4>(filter, [size, size, 16, 8]);
      const copied = tf.add<tf.Tensor4D>(reshaped, 0);
      const x = random<tf.Rank.R4>([1, 8, 8, 8], { seed: 2 });
      const y = random<tf.Rank.R4>([1, 8, 8, 16], { seed: 3 });
      for (let i = 0; i < 3; i++) tf.conv2d(x, filter, 1, "same");
      expect([...tf.conv2d(y, reshaped, 1, "same").dataSync()]).toEqual([
        ...tf.conv2d(y, copied, 1, "same").dataSync(),
      ]);
    }
  });

  it("of empty batches are empty", () => {
    const x = tf.zeros<tf.Rank.R4>([0, 8, 8, 8]);
    const y = tf.conv2d(x, tf.zeros<tf.Rank.R4>([3, 3, 8, 8]), 1, "same");
    expect(y.shape).toEqual([0, 8, 8, 8]);
    expect(y.dataSync()).toHaveLength(0);
    const attrs = { strides: [1, 1], pad: "same", dataFormat: "NHWC", filterShape: [3, 3, 8, 8] };
    const dfilter = run("Conv2DBackpropFilter", { x, dy: y }, attrs);
    expect(dfilter.dataSync().every((value) => value === 0)).toBe(true);
  });

  it("leave to the cpu backend what overflows a thread's scratch memory, either way", () => {
    const fits = (...channels: Pair): boolean =>
      fitsConv(convShape([1, 10, 10, channels[0]], [1, 1, ...channels], { strides: 1, pad: 0 })!);
    expect(fits(8001, 1)).toBe(true);
    expect(fits(11001, 1)).toBe(false);
    expect(fits(1, 11001)).toBe(false);
  });

  it("say so when the window is larger than the image", () => {
    const x = random<tf.Rank.R4>([1, 2, 2, 3]);
    const filter = random<tf.Rank.R4>([5, 5, 3, 4]);
    const message = /sizes are 0 or more, got \[1,-2,-2,[34]\]; make the input at least as large/;
    expect(() => tf.conv2d(x, filter, 1, "valid")).toThrow(message);
    expect(() => tf.maxPool(x, 5, 1, "valid")).toThrow(message);
  });
});

/** sum(y * dy) of a dilated or strided convolution with no padding, in float64. */
function weightedSum(
  x: Float64Array,
  filter: Float64Array,
  dy: Float32Array,
  sizes: { h: number; w: number; ci: number; co: number; oh: number; ow: number },
  step: { stride: number; dilation: number },
): number {
  const { h, w, ci, co, oh, ow } = sizes;
  let total = 0;
  for (let oy = 0; oy < oh; oy++) {
    for (let ox = 0; ox < ow; ox++) {
      for (let fy = 0; fy < 3; fy++) {
        for (let fx = 0; fx < 3; fx++) {
          const y = oy * step.stride + fy * step.dilation;
          const at = (y * w + ox * step.stride + fx * step.dilation) * ci;
          if (y >= h) continue;
          for (let i = 0; i < ci; i++) {
            for (let o = 0; o < co; o++) {
              const weight = filter[((fy * 3 + fx) * ci + i) * co + o];
              total += x[at + i] * weight * dy[(oy * ow + ox) * co + o];
            }
          }
        }
      }
    }
  }
  return total;
}

describe("gradients of convolutions", () => {
  beforeAll(() => useSimd());

  it.each([
    { stride: 1, dilation: 1, h: 7, w: 6, ci: 8, co: 9 },
    { stride: 2, dilation: 1, h: 9, w: 8, ci: 3, co: 4 },
    { stride: 1, dilation: 2, h: 8, w: 9, ci: 2, co: 5 },
    { stride: 2, dilation: 2, h: 9, w: 9, ci: 2, co: 3 },
  ])("are what finite differences in float64 say: %o", ({ stride, dilation, h, w, ci, co }) => {
    const oh = Math.floor((h - 2 * dilation - 1) / stride) + 1;
    const ow = Math.floor((w - 2 * dilation - 1) / stride) + 1;
    const [x, filter] = [numbers(h * w * ci, 1), numbers(9 * ci * co, 2)];
    const dy = numbers(oh * ow * co, 3);
    const sizes = { h, w, ci, co, oh, ow };
    const loss = (a: Float64Array, b: Float64Array): number =>
      weightedSum(a, b, dy, sizes, { stride, dilation });
    const attrs = {
      strides: [stride, stride],
      dilations: [dilation, dilation],
      pad: "valid",
      dataFormat: "NHWC",
    };
    const dyTensor = tf.tensor4d(dy, [1, oh, ow, co]);
    const dx = run(
      "Conv2DBackpropInput",
      { dy: dyTensor, filter: tf.tensor4d(filter, [3, 3, ci, co]) },
      { ...attrs, inputShape: [1, h, w, ci] },
    );
    const dfilter = run(
      "Conv2DBackpropFilter",
      { x: tf.tensor4d(x, [1, h, w, ci]), dy: dyTensor },
      { ...attrs, filterShape: [3, 3, ci, co] },
    );
    // The sum is linear in each argument: a difference over a step of 1 is exact but for rounding.
    const expectGradient = (actual: ArrayLike<number>, argument: 0 | 1, depth: number): void => {
      const at = [Float64Array.from(x), Float64Array.from(filter)] as const;
      for (let i = 0; i < actual.length; i += 7) {
        at[argument][i] += 1;
        const above = loss(...at);
        at[argument][i] -= 2;
        const below = loss(...at);
        at[argument][i] += 1;
        const error = Math.abs(actual[i] - (above - below) / 2);
        expect(error).toBeLessThan(12 * 4 * depth * 2 ** -23 + 1e-9);
      }
    };
    expectGradient(dx.dataSync(), 0, 9 * co);
    expectGradient(dfilter.dataSync(), 1, oh * ow);
  });
});

describe.each(["off", "auto"] as const)("depthwise convolutions (relaxed SIMD %s)", (simd) => {
  beforeAll(() => useSimd({ threads: 2, relaxedSimd: simd }));

  it("and their gradients agree with the cpu backend", async () => {
    for (const [channels, multiplier] of [
      [1, 1],
      [3, 1],
      [4, 1],
      [9, 1],
      [5, 2],
      [32, 1],
    ]) {
      for (const strides of [1, 2]) {
        for (const pad of ["same", "valid"] as const) {
          const shape: [number, number, number, number] = [3, 9, 8, channels];
          const x = (): tf.Tensor4D => random<tf.Rank.R4>(shape, { seed: 1 });
          const filter = (): tf.Tensor4D =>
            random<tf.Rank.R4>([3, 2, channels, multiplier], { seed: 2 });
          const name = `${channels} x ${multiplier}, strides ${strides}, ${pad}`;
          const forward = (): tf.Tensor4D => tf.depthwiseConv2d(x(), filter(), strides, pad);
          await expectSameAsCpu(name, forward, tolerance(6, false));
          await expectSameAsCpu(
            `gradients of ${name}`,
            () => {
              const loss = (a: tf.Tensor4D, b: tf.Tensor4D): tf.Scalar => {
                const y = tf.depthwiseConv2d(a, b, strides, pad);
                return tf.sum(tf.mul(y, random(y.shape, { seed: 3 })));
              };
              return tf.grads((...[a, b]) => loss(a as tf.Tensor4D, b as tf.Tensor4D))([
                x(),
                filter(),
              ]);
            },
            tolerance(3 * 72, false),
          );
        }
      }
    }
  });

  it("agree when dilated, and with bias and activation", async () => {
    await expectSameAsCpu(
      "dilated",
      () =>
        tf.depthwiseConv2d(
          random<tf.Rank.R4>([2, 9, 9, 5], { seed: 1 }),
          random<tf.Rank.R4>([3, 3, 5, 1], { seed: 2 }),
          1,
          "same",
          "NHWC",
          2,
        ),
      tolerance(9, false),
    );
    for (const activation of ["relu", "relu6", "elu"] as const) {
      await expectSameAsCpu(
        activation,
        () =>
          tf.fused.depthwiseConv2d({
            x: random<tf.Rank.R4>([2, 5, 6, 7], { seed: 1 }),
            filter: random<tf.Rank.R4>([3, 3, 7, 2], { seed: 2 }),
            strides: 1,
            pad: "same",
            bias: random<tf.Rank.R1>([14], { seed: 3 }),
            activation,
          }),
        tolerance(10, false),
      );
    }
  });
});

describe("a convolution's bits", () => {
  it("do not depend on the number of threads, nor on the run", async () => {
    const results: string[] = [];
    for (const threads of [1, 2, 3, 2]) {
      await useSimd({ threads });
      const x = random<tf.Rank.R4>([8, 16, 16, 16], { seed: 1 });
      const filter = random<tf.Rank.R4>([3, 3, 16, 24], { seed: 2 });
      const [dx, dfilter] = tf.grads((...[a, b]) =>
        tf.square(tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, "same")),
      )([x, filter]);
      results.push(JSON.stringify([...dx.dataSync(), ...dfilter.dataSync()]));
    }
    expect(new Set(results).size).toBe(1);
  });
});
