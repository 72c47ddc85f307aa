import * as tf from "@tensorflow/tfjs-core";
import { beforeEach, describe, expect, it } from "vitest";
import type { SimdBackend, SimdMemoryInfo } from "../../src/simd/tfjs/backend.ts";
import { random, useSimd } from "./backends.ts";

const inUse = (): number => (tf.memory() as unknown as SimdMemoryInfo).numBytesInLinearMemory;

describe.each([2, 1])("tensors on %i threads", (threads) => {
  let backend: SimdBackend;
  beforeEach(async () => {
    backend = await useSimd({ threads });
  });

  it("reports its bytes through tf.memory()", () => {
    const before = inUse();
    const x = tf.tidy(() => tf.add(random([1000, 1000]), 1));
    expect(inUse() - before).toBe(4e6);
    x.dispose();
    expect(inUse()).toBe(before);
    expect(tf.memory().unreliable).toBe(false);
  });

  it("gives every byte back", () => {
    const before = { bytes: inUse(), ids: backend.numDataIds(), ...tf.memory() };
    for (let step = 0; step < 1000; step++) {
      tf.tidy(() => {
        const x = random<tf.Rank.R4>([2, 8 + (step % 3), 8, 5], { seed: step });
        const loss = (v: tf.Tensor): tf.Scalar => {
          const pooled = tf.maxPool(tf.relu(v as tf.Tensor4D), 2, 2, "same");
          const normed = tf.batchNorm(
            pooled,
            tf.mean(pooled, [0, 1, 2]),
            ...[tf.ones([5]), tf.zeros([5]), tf.ones([5])],
          );
          const rows = tf.reshape(tf.concat([normed, tf.sigmoid(normed)], 3), [-1, 10]);
          return tf.mean(tf.mul(tf.softmax(rows), tf.exp(tf.neg(rows))));
        };
        const gradient = tf.grad(loss)(x);
        tf.argMax(gradient, 3).dataSync();
        tf.gather(tf.transpose(gradient), tf.tensor1d([0, 3], "int32")).dataSync();
        tf.topk(tf.reshape(gradient, [-1]), 3).values.dataSync();
      });
    }
    expect(inUse()).toBe(before.bytes);
    expect(tf.memory().numTensors).toBe(before.numTensors);
    expect(backend.numDataIds()).toBe(before.ids);
    expect(backend.threads).toBe(threads);
  });

  it("needs no more memory after other batch sizes", () => {
    const run = (batch: number): void => {
      tf.tidy(() => tf.sum(tf.relu(tf.add(random([batch, 50, 50]), 1))).dataSync());
    };
    run(128);
    const reserved = (tf.memory() as unknown as SimdMemoryInfo).numBytesReserved;
    for (const batch of [1, 32, 8, 64, 128, 3, 127, 128]) run(batch);
    expect((tf.memory() as unknown as SimdMemoryInfo).numBytesReserved).toBe(reserved);
  });

  it("hands out copies: what was read does not change when the tensor is gone", () => {
    const y = tf.tidy(() => tf.add(random([100]), 1));
    const read = y.dataSync();
    const copy = read.slice();
    y.dispose();
    tf.tidy(() => tf.add(random([100]), 5).dataSync());
    expect(read).toEqual(copy);
    expect(read.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it("never lets a result of a fallback kernel point into memory that is reused", () => {
    // An int32 tensor in linear memory, sliced by the cpu backend's kernel as a view.
    const labels = tf.argMax(random([50, 10]), 1);
    const part = tf.slice(labels, [10], [20]);
    const wanted = [...part.dataSync()];
    labels.dispose();
    tf.tidy(() => tf.argMax(random([50, 10], { seed: 9 }), 1).dataSync());
    expect([...part.dataSync()]).toEqual(wanted);
    part.dispose();
  });

  it("keeps shared data alive until its last tensor is disposed", () => {
    const x = tf.add(random([6, 4]), 1);
    const view = tf.reshape(x, [24]);
    const wanted = [...x.dataSync()];
    x.dispose();
    tf.tidy(() => tf.add(random([6, 4], { seed: 3 }), 1).dataSync());
    expect([...view.dataSync()]).toEqual(wanted);
    view.dispose();
  });

  it("moves tensors to and from other backends", async () => {
    const x = tf.add(random([5]), 1);
    const wanted = [...x.dataSync()];
    await tf.setBackend("cpu");
    const y = tf.mul(x, 2);
    await tf.setBackend("simd");
    expect([...tf.div(y, 2).dataSync()]).toEqual(wanted);
    expect([...x.dataSync()]).toEqual(wanted);
  });

  it("takes complex tensors from the cpu backend", async () => {
    await tf.setBackend("cpu");
    const z = tf.complex([1, 2, 3], [4, 5, 6]);
    await tf.setBackend("simd");
    expect([...tf.real(z).dataSync(), ...tf.imag(z).dataSync()]).toEqual([1, 2, 3, 4, 5, 6]);
    z.dispose();
  });

  it("reads int32 data under the name of float32 as numbers, not as bits", async () => {
    await tf.setBackend("cpu");
    const integers = tf.tensor1d([1, 2, 3], "int32");
    // The cpu backend's cast returns the same data with another dtype.
    const floats = tf.cast(integers, "float32");
    await tf.setBackend("simd");
    expect([...tf.mul(floats, 1.5).dataSync()]).toEqual([1.5, 3, 4.5]);
    expect([...tf.gather(random([9]), integers).dataSync()]).toHaveLength(3);
    tf.dispose([floats, integers]);
  });

  it("says so when a disposed tensor is used", () => {
    const x = random([4]);
    x.dispose();
    expect(() => tf.relu(x)).toThrow(/a tensor that is alive, got one that was disposed/);
    // The cpu backend's kernels, too.
    expect(() => tf.sin(x)).toThrow(/a tensor that is alive, got one that was disposed/);
  });

  it("says so when a dtype cannot be computed with", () => {
    const text = tf.tensor1d(["a"]);
    expect(() => tf.relu(text)).toThrow(/string/);
    expect(() => backend.pointer(text)).toThrow(/float32, int32 or bool tensor/);
    text.dispose();
  });

  it("says so when a tensor is larger than linear memory", () => {
    const before = inUse();
    expect(() => tf.fill([3, 2 ** 30], 1)).toThrow(/room for .* more bytes/);
    expect(() => tf.tile(random([1000, 1]), [1, 2 ** 24])).toThrow(/room for .* more bytes/);
    tf.tidy(() => tf.add(random([10]), 1).dataSync());
    expect(inUse() - before).toBeLessThan(10_000);
  });
});
