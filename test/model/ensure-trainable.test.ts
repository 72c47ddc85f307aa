/** Completing a backend: the composed kernels of the official wasm backend against cpu's own. */
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers";
import { describe, expect, it } from "vitest";
import { BackendError, ensureTrainable } from "cifar-kit";
import { useBackend } from "../helpers/backends.ts";
import { expectClose } from "../helpers/close.ts";

/** The values of a computation on cpu and on the completed wasm backend. */
async function onBoth(compute: () => tf.Tensor[]): Promise<[Float32Array[], Float32Array[]]> {
  const results: Float32Array[][] = [];
  for (const backend of ["cpu", "wasm"]) {
    await useBackend(backend);
    ensureTrainable();
    results.push(tf.tidy(() => compute().map((t) => t.dataSync<"float32">().slice())));
  }
  return results as [Float32Array[], Float32Array[]];
}

const values = (shape: number[], seed: number): tf.Tensor4D =>
  tf.randomUniform(shape as [number, number, number, number], -1, 1, "float32", seed);

describe("ensureTrainable on wasm", () => {
  it.each([
    { input: [2, 7, 5, 3], filter: [3, 3, 3, 4], strides: 1, pad: "same" },
    { input: [1, 8, 8, 2], filter: [3, 3, 2, 5], strides: 2, pad: "same" },
    { input: [2, 9, 6, 1], filter: [5, 3, 1, 2], strides: 1, pad: "valid" },
    { input: [2, 9, 9, 2], filter: [2, 4, 2, 3], strides: [2, 1], pad: "valid" },
    { input: [1, 6, 6, 2], filter: [1, 1, 2, 3], strides: 1, pad: "same" },
    { input: [1, 8, 8, 2], filter: [3, 3, 2, 2], strides: 1, pad: 1 },
  ])(
    "gives the gradients of conv2d of $input with $filter, strides $strides, pad $pad",
    async (c) => {
      const [cpu, wasm] = await onBoth(() => {
        const f = (x: tf.Tensor, w: tf.Tensor): tf.Tensor =>
          tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, c.strides as number, c.pad as "same");
        const [x, w] = [values(c.input, 1), values(c.filter, 2)];
        return tf.grads(f)([x, w], values(f(x, w).shape, 3));
      });
      // Sums of at most 2 x 9 x 9 products below 1.
      cpu.forEach((expected, i) => {
        expectClose(wasm[i], expected, { rtol: 1e-5, atol: 162 * 2 ** -23 });
      });
    },
  );

  it.each([
    { shape: [2, 8, 8, 3], size: 2, strides: 2, pad: "valid" },
    { shape: [2, 7, 9, 3], size: 2, strides: 2, pad: "valid" },
    { shape: [1, 7, 9, 2], size: 2, strides: 2, pad: "same" },
    { shape: [1, 8, 8, 2], size: 3, strides: 2, pad: "same" },
    { shape: [1, 6, 6, 2], size: 3, strides: 1, pad: "same" },
  ])("gives the gradient of maxPool of $shape, size $size, strides $strides, $pad", async (c) => {
    const [cpu, wasm] = await onBoth(() => {
      // All below 0: where the backend's own kernel loses gradients.
      const x = tf.sub<tf.Tensor4D>(values(c.shape, 4), 2);
      const f = (input: tf.Tensor): tf.Tensor =>
        tf.maxPool(input as tf.Tensor4D, c.size, c.strides, c.pad as "same");
      return [tf.grad(f)(x, values(f(x).shape, 5))];
    });
    expectClose(wasm[0], cpu[0], { rtol: 0, atol: 9 * 2 ** -23 });
  });

  it("gives each gradient to the first of equal values", async () => {
    const [cpu, wasm] = await onBoth(() => {
      const f = (input: tf.Tensor): tf.Tensor => tf.maxPool(input as tf.Tensor4D, 2, 2, "valid");
      return [tf.grad(f)(tf.zeros([1, 4, 4, 1]), tf.ones([1, 2, 2, 1]))];
    });
    expect(wasm).toEqual(cpu);
  });

  it("leaves no tensor behind, and changes nothing when called again", async () => {
    await useBackend("wasm");
    ensureTrainable();
    const kernel = tf.getKernel("MaxPoolGrad", "wasm");
    ensureTrainable();
    expect(tf.getKernel("MaxPoolGrad", "wasm")).toBe(kernel);
    const step = (): void => {
      tf.tidy(() => {
        const f = (x: tf.Tensor): tf.Tensor =>
          tf.maxPool(
            tf.conv2d(x as tf.Tensor4D, values([3, 3, 1, 2], 1), 1, "same"),
            2,
            2,
            "valid",
          );
        tf.grad(f)(values([1, 4, 4, 1], 2));
      });
    };
    step();
    const before = tf.memory().numDataBuffers;
    step();
    expect(tf.memory().numDataBuffers).toBe(before);
  });
});

describe("ensureTrainable elsewhere", () => {
  it("names the kernels that a backend lacks, and what to do", () => {
    tf.registerBackend("bare", () => ({}) as tf.KernelBackend);
    expect(() => {
      ensureTrainable("bare");
    }).toThrow(BackendError);
    expect(() => {
      ensureTrainable("bare");
    }).toThrow(/backend "bare", got no Add, .*choose a backend that has them/);
    tf.removeBackend("bare");
  });

  it("refuses a backend that nobody has registered", () => {
    expect(() => {
      ensureTrainable("none such");
    }).toThrow(/the name of a registered backend, got "none such"; import or register/);
  });
});
