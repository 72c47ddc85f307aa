import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { SimdBackend } from "../../src/simd/tfjs/backend.ts";
import { LinearMemory } from "../../src/simd/runtime/linear-memory.ts";
import { simdKernels } from "../../src/simd/tfjs/kernel-table.ts";
import { random, run, runAll, useSimd } from "./backends.ts";

/** Every allocation takes memory from the system, which ends all views where it is not shared. */
function growAlways(): void {
  const allocate = Object.getOwnPropertyDescriptor(LinearMemory.prototype, "allocate")!
    .value as LinearMemory["allocate"];
  vi.spyOn(LinearMemory.prototype, "allocate").mockImplementation(function (
    this: LinearMemory,
    bytes: number,
  ) {
    this.memory.grow(1);
    return allocate.call(this, bytes);
  });
}

/** The gradient of a batch normalisation, which is computed only when somebody asks for it. */
function putOff(shape: number[]): tf.Tensor {
  const x = random(shape as never, { seed: 1 });
  const [, ...statistics] = runAll("BatchNormTraining", { x }, { epsilon: 1e-3 });
  const [mean, variance, factor] = statistics;
  const dy = random(shape as never, { seed: 2 });
  const inputs = { dy, x, mean, variance, factor };
  return runAll("BatchNormTrainingGrad", inputs, { epsilon: 1e-3 })[0];
}

/** In linear memory, where the kernels of the cpu backend see a view of it. */
const computed = (shape: number[], seed: number): tf.Tensor =>
  tf.add(random(shape as never, { seed }), 0);

describe("memory that grows", () => {
  let backend: SimdBackend;
  beforeEach(async () => {
    // One thread: only unshared memory detaches its buffer.
    backend = await useSimd({ threads: 1 });
  });
  afterEach(() => vi.restoreAllMocks());

  it("takes no view away from a kernel of the cpu backend, whichever it is", () => {
    const own = new Set(simdKernels.map(({ kernelName }) => kernelName));
    const names = tf.getKernelsForBackend("simd").map(({ kernelName }) => kernelName);
    const foreign = names.filter((name) => !own.has(name));
    expect(foreign.length).toBeGreaterThan(40);
    for (const name of foreign) {
      // Kernels on ragged tensors get some of theirs as a list.
      for (const as of [(dy: tf.Tensor) => dy, (dy: tf.Tensor) => [dy]]) {
        tf.tidy(() => {
          const [x, dy] = [computed([2, 3, 3, 4], 3), putOff([2, 3, 3, 4])];
          const inputs = { x, dy: as(dy) } as unknown as tf.NamedTensorInfoMap;
          try {
            tf.getKernel(name, "simd").kernelFunc({ inputs, attrs: {}, backend });
          } catch {
            // These inputs suit few of them; what counts is what they found.
          }
          expect(backend.data.get(dy.dataId).pending, name).toBeNull();
        });
      }
    }
  });

  /** Each reads what was put off last. */
  const cases: Record<string, (later: (shape: number[]) => tf.Tensor) => tf.Tensor> = {
    "the filter's gradient of a convolution over volumes": (later) =>
      run(
        "Conv3DBackpropFilterV2",
        { x: later([1, 3, 4, 4, 2]), dy: computed([1, 3, 4, 4, 3], 3) },
        { strides: [1, 1, 1], pad: "same", filterShape: [2, 2, 2, 2, 3] },
      ),
    "the gradient of a local response normalisation": (later) => {
      const attrs = { depthRadius: 2, bias: 1, alpha: 0.1, beta: 0.5 };
      const [x, dy] = [3, 4].map((seed) => computed([2, 3, 3, 4], seed));
      return run("LRNGrad", { x, y: later([2, 3, 3, 4]), dy }, attrs);
    },
    "a choice of whole rows": (later) => {
      const condition = tf.greater(computed([2], 3), 0);
      return run("Select", { condition, t: computed([2, 8], 4), e: later([2, 8]) });
    },
  };

  it.each(Object.entries(cases))("takes no data away from %s", (_, compute) => {
    const values = (later: (shape: number[]) => tf.Tensor): Float32Array =>
      tf.tidy(() => compute(later).dataSync<"float32">());
    const wanted = values((shape) => tf.tensor(putOff(shape).dataSync(), shape));
    growAlways();
    expect(values(putOff)).toEqual(wanted);
  });

  it("changes no bit of a network's gradients, wherever it grows", () => {
    const labels = tf.tensor1d([0, 3, 1, 2], "int32");
    const norm = (x: tf.Tensor): tf.Tensor =>
      runAll("BatchNormTraining", { x }, { epsilon: 1e-3 })[0];
    const loss = (
      x: tf.Tensor,
      filter: tf.Tensor,
      bias: tf.Tensor,
      dense: tf.Tensor,
    ): tf.Tensor => {
      const attrs = { strides: [1, 1], pad: "same", dilations: [1, 1], activation: "relu" };
      const first = run("Conv2DBiasActivation", { x, filter, bias }, attrs);
      const resized = norm(tf.image.resizeBilinear(norm(first) as tf.Tensor4D, [6, 7]));
      const pooled = tf.maxPool(tf.selu(resized) as tf.Tensor4D, 2, 2, "same");
      const dropped = run("SeededDropout", { x: pooled }, { rate: 0.25, seed: 5 });
      const logits = tf.matMul(tf.reshape(dropped, [4, 96]), dense);
      return tf.mean(run("SparseSoftmaxCrossEntropy", { logits, labels }));
    };
    const gradients = (): number[][] => {
      const shapes = [[4, 8, 8, 3], [3, 3, 3, 8], [8], [96, 4]];
      const inputs = shapes.map((shape, seed) => random(shape as never, { seed }));
      const all = tf.tidy(() =>
        tf.grads((...[x, filter, bias, dense]) => loss(x, filter, bias, dense))(inputs),
      );
      return all.map((gradient) => [...gradient.dataSync()]);
    };
    const wanted = gradients();
    growAlways();
    expect(gradients()).toEqual(wanted);
  });
});
