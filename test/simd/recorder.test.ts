/** Computations that the backend records and repeats. */
import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { floatBits } from "../../src/simd/plans/plan.ts";
import type { SimdBackend } from "../../src/simd/tfjs/backend.ts";
import type { Recorder } from "../../src/simd/tfjs/recorder.ts";
import { numbers, random, useSimd } from "./backends.ts";

let backend: SimdBackend;
let recorder: Recorder;

beforeAll(async () => {
  backend = await useSimd({ threads: 2 });
  recorder = backend.recorder();
});

afterEach(() => {
  recorder.dispose();
  recorder = backend.recorder();
  Object.assign(backend.replays, { replayed: 0, eager: {} });
});

/** Runs a computation on these inputs; gives the values of its results. */
function run(inputs: tf.Tensor[], compute: () => tf.Tensor[]): Float32Array[] {
  const computation = {
    inputs,
    compute: () => ({ outputs: tf.tidy(compute), drawn: [] }),
    draw: () => [],
  };
  const outputs = recorder.run(computation);
  const values = outputs.map((output) => output.dataSync<"float32">().slice());
  tf.dispose(outputs);
  return values;
}

describe("a recorded computation", () => {
  it("is repeated for other data, wherever they lie", () => {
    const weight = tf.variable(random([3, 4]));
    const results: number[][] = [];
    for (let i = 0; i < 6; i++) {
      const x = random<tf.Rank.R2>([5, 3], { seed: i });
      const compute = (): tf.Tensor[] => [tf.relu(tf.matMul(x, weight as unknown as tf.Tensor2D))];
      const [values] = run([x, weight], compute);
      expect(values).toEqual(tf.tidy(() => compute()[0].dataSync()));
      results.push([...values]);
      x.dispose();
      // A weight that is given other data, or changes in place.
      const doubled = tf.mul(weight, 2);
      weight.assign(doubled);
      doubled.dispose();
    }
    expect(backend.replays.replayed).toBe(4);
    expect(new Set(results.map(String)).size).toBe(6);
    weight.dispose();
  });

  it("leaves results alone that are still in use when it runs again", () => {
    const x = tf.variable(random([7]));
    const kept: tf.Tensor[] = [];
    for (let i = 0; i < 5; i++) {
      const compute = (): { outputs: tf.Tensor[]; drawn: number[] } => ({
        outputs: [tf.square(x)],
        drawn: [],
      });
      kept.push(...recorder.run({ inputs: [x], compute, draw: () => [] }));
      x.assign(tf.tensor(numbers(7, i + 1)));
    }
    recorder.dispose();
    const expected = [0, 1, 2, 3, 4].map((seed) => numbers(7, seed).map((value) => value * value));
    expect(kept.map((tensor) => tensor.dataSync())).toEqual(expected);
    tf.dispose([x, ...kept]);
  });

  it("assigns to the variables to which the recorded one assigned", () => {
    const total = tf.variable(tf.zeros([3]));
    const x = tf.ones([3]);
    for (let i = 0; i < 5; i++) {
      run([x, total], () => {
        total.assign(tf.add(total, x));
        return [tf.neg(total)];
      });
    }
    expect(total.dataSync()).toEqual(Float32Array.of(5, 5, 5));
    expect(backend.replays.replayed).toBe(3);
    tf.dispose([x, total]);
  });

  it("still refuses indices that are out of range", () => {
    const table = random([4, 3]);
    const gather = (index: number): Float32Array[] => {
      const ids = tf.tensor([index, 0], [2], "int32");
      try {
        return run([table, ids], () => [tf.gather(table, ids)]);
      } finally {
        ids.dispose();
      }
    };
    for (let i = 0; i < 4; i++) gather(i);
    expect(backend.replays.replayed).toBe(2);
    expect(() => gather(4)).toThrow("the index value 4 is not in [0, 3]");
    expect(gather(2)[0].slice(0, 3)).toEqual(table.dataSync<"float32">().slice(6, 9));
    table.dispose();
  });

  it("is recorded the first time, too, when its plans are new", () => {
    const x = random<tf.Rank.R4>([2, 11, 11, 3]);
    const filter = random<tf.Rank.R4>([5, 5, 3, 6]);
    for (let i = 0; i < 4; i++) run([x, filter], () => [tf.conv2d(x, filter, 2, "same")]);
    expect(backend.replays).toEqual({
      replayed: 2,
      eager: { "the first steps are recorded": 2 },
    });
    tf.dispose([x, filter]);
  });

  it("takes no notice of what none of its calls uses", () => {
    const x = random([64]);
    for (let unused = 1; unused < 5; unused++) {
      run([x], () => {
        const info = backend.output([64]);
        const operands = { unused, out: backend.pointer(info) };
        backend.run(["a test's, with more than it uses"], operands, (plan, { out }) => {
          plan.call("fill_32", 1, { out, length: 64, perTask: 64, value: 0 });
        });
        return [tf.engine().makeTensorFromTensorInfo(info)];
      });
    }
    expect(backend.replays.replayed).toBe(2);
    x.dispose();
  });

  it("draws its numbers anew", () => {
    const x = tf.ones([50]);
    const results: string[] = [];
    for (let seed = 1; seed < 7; seed++) {
      const attrs = { rate: 0.5, seed };
      const dropped = (): tf.Tensor =>
        tf.engine().runKernel<tf.Tensor>("SeededDropout", { x }, attrs);
      const compute = (): { outputs: tf.Tensor[]; drawn: number[] } => ({
        outputs: [dropped()],
        drawn: [seed],
      });
      const [output] = recorder.run({ inputs: [x], compute, draw: () => [seed] });
      const expected = dropped();
      expect(output.dataSync()).toEqual(expected.dataSync());
      results.push(String(output.dataSync()));
      tf.dispose([output, expected]);
    }
    expect(backend.replays.replayed).toBe(4);
    expect(new Set(results).size).toBe(6);
    x.dispose();
  });

  it("says which kernel trapped, and can be repeated again", () => {
    const x = tf.range(0, 256);
    /** The largest of the first so many elements, doubled; more than there is memory trap. */
    const largest = (length: number): number => {
      const compute = (): { outputs: tf.Tensor[]; drawn: number[] } => {
        const info = backend.output([1]);
        const operands = { x: backend.pointer(x), length, out: backend.pointer(info) };
        backend.run(["a test's, of a part"], operands, (plan, { x, length, out }) => {
          const cuts = { perChunk: length, chunks: 1, columnsPerTask: 1, rowsPerTask: 1 };
          const sizes = { outer: 1, length, inner: 1, divisor: floatBits(1) };
          plan.call("Max_f32", 1, { x, out, ...sizes, ...cuts });
        });
        const found = tf.engine().makeTensorFromTensorInfo(info);
        const outputs = [tf.mul(found, 2)];
        found.dispose();
        return { outputs, drawn: [length] };
      };
      const [output] = recorder.run({ inputs: [x], compute, draw: () => [length] });
      const [value] = output.dataSync();
      output.dispose();
      return value;
    };
    const lengths = Array.from({ length: 40 }, (_, i) => 20 + 4 * i);
    for (const length of lengths) {
      expect(largest(length)).toBe(2 * length - 2);
      // Programs are done step by step at first, and as a whole later.
      if (backend.replays.replayed > 0 && length % 8 === 0) {
        expect(() => largest(2 ** 30)).toThrow("Max_f32 to finish, got a trap");
      }
    }
    x.dispose();
  });

  it("gives its memory up where there is no other", () => {
    const x = random([1000]);
    const compute = (): tf.Tensor[] => [tf.exp(tf.square(x))];
    for (let i = 0; i < 3; i++) run([x], compute);
    const inUse = backend.memory().numBytesInLinearMemory;
    expect(backend.heap.reclaim()).toBe(true);
    expect(backend.memory().numBytesInLinearMemory).toBeLessThan(inUse);
    expect(backend.heap.reclaim()).toBe(false);
    const [again] = run([x], compute);
    expect(again).toEqual(tf.tidy(() => compute()[0].dataSync()));
    x.dispose();
  });
});

describe("a computation is not repeated", () => {
  const x = (): tf.Tensor => random([6]);
  let step = 0;
  const hidden = (): tf.Tensor => tf.tensor(numbers(6, 3));
  const cases: [string, (given: tf.Tensor, other: tf.Tensor) => tf.Tensor[], string][] = [
    [
      "where JavaScript reads what it computes",
      (given) => [tf.mul(given, tf.square(given).dataSync()[0])],
      "JavaScript reads what the step computes from",
    ],
    [
      "with a number that changes",
      (given) => [tf.mul(given, ++step)],
      "JavaScript computes numbers that change from step to step",
    ],
    [
      "with a tensor that it was not told of",
      (given, other) => [tf.add(given, other)],
      "a tensor is read that is neither a weight nor data",
    ],
    [
      "that does now this, now that",
      (given) => [++step % 2 === 0 ? tf.square(given) : tf.neg(given)],
      "it does not compute the same as the step before",
    ],
    ["that gives back what it got", (given) => [given.clone()], "a result is not computed"],
  ];
  it.each(cases)("%s", (_, compute, reason) => {
    const [given, other] = [x(), hidden()];
    for (let i = 0; i < 6; i++) run([given], () => compute(given, other));
    expect(backend.replays.replayed).toBe(0);
    expect(Object.keys(backend.replays.eager)).toContain(reason);
    tf.dispose([given, other]);
  });

  it("inside of a gradient, or while tfjs is profiling", async () => {
    const given = x();
    const compute = (): tf.Tensor[] => [tf.square(given)];
    for (let i = 0; i < 3; i++) run([given], compute);
    await tf.profile(() => {
      run([given], compute);
    });
    expect(backend.replays.eager["tfjs is profiling or debugging"]).toBe(1);
    given.dispose();
  });
});

describe("threads", () => {
  it("do not change a bit of what is repeated", async () => {
    const results: Float32Array[] = [];
    for (const threads of [1, 2, 3, 4]) {
      backend = await useSimd({ threads });
      recorder = backend.recorder();
      const filter = random<tf.Rank.R4>([3, 3, 8, 16]);
      for (let i = 0; i < 4; i++) {
        const image = random<tf.Rank.R4>([2, 12, 12, 8], { seed: i });
        const [values] = run([image, filter], () => [tf.conv2d(image, filter, 1, "same")]);
        if (i === 3) results.push(values);
        image.dispose();
      }
      expect(backend.replays.replayed).toBe(2);
      filter.dispose();
      recorder.dispose();
    }
    for (const result of results) expect(result).toEqual(results[0]);
    backend = await useSimd({ threads: 2 });
    recorder = backend.recorder();
  });
});
