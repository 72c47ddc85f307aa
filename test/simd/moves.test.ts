import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, it } from "vitest";
import { expectSameAsCpu, random, useSimd } from "./backends.ts";

/** Nothing is computed, so nothing may differ. */
const EXACT = { rtol: 0, atol: 0 };

const DTYPES = ["float32", "int32", "bool"] as const;

const SHAPES: number[][] = [
  ...[[1], [3], [4], [5], [0], [16385], [2, 3], [3, 0], [4, 4], [5, 7], [17, 16], [129, 33]],
  ...[
    [2, 3, 4],
    [3, 1, 5],
    [1, 6, 1, 7],
    [2, 5, 3, 9],
    [2, 3, 2, 3, 2],
  ],
];

const CASES = SHAPES.flatMap((shape) =>
  DTYPES.map((dtype) => [`${shape.join("x")} ${dtype}`, shape, dtype] as const),
);

function permutations(rank: number): number[][] {
  if (rank === 0) return [[]];
  return permutations(rank - 1).flatMap((rest) =>
    Array.from({ length: rank }, (_, i) => [...rest.slice(0, i), rank - 1, ...rest.slice(i)]),
  );
}

describe("kernels that move data", () => {
  beforeAll(async () => {
    await useSimd();
  });

  it.each(CASES)("transposes %s in every order", async (name, shape, dtype) => {
    for (const perm of permutations(shape.length)) {
      const compute = (): tf.Tensor => tf.transpose(random(shape as [], { dtype }), perm);
      await expectSameAsCpu(`${name} ${perm.join()}`, compute, EXACT);
    }
  });

  it("transposes whole and broken tiles of matrices", async () => {
    for (const rows of [1, 2, 3, 4, 5, 15, 16, 17, 33]) {
      for (const columns of [1, 2, 3, 4, 5, 15, 16, 17, 33]) {
        const compute = (): tf.Tensor => tf.transpose(random([2, rows, columns]), [0, 2, 1]);
        await expectSameAsCpu(`${rows} x ${columns}`, compute, EXACT);
      }
    }
  });

  it.each(CASES)("slices, pads, tiles and reverses %s", async (name, shape, dtype) => {
    const x = (): tf.Tensor => random(shape as [], { dtype });
    const same = async (what: string, compute: () => tf.Tensor): Promise<void> => {
      await expectSameAsCpu(`${what} ${name}`, compute, EXACT);
    };
    const half = shape.map((n) => n >> 1);
    const rest = shape.map((n) => n - (n >> 1));
    await same("slice", () => tf.slice(x(), half, rest));
    await same("empty slice", () =>
      tf.slice(
        x(),
        half,
        shape.map(() => 0),
      ),
    );
    for (const step of [1, 2, 3, -1, -2]) {
      const begin = shape.map((n) => (step < 0 ? n - 1 : Math.min(1, n)));
      const end = shape.map((n) => (step < 0 ? 0 : n));
      const steps = shape.map(() => step);
      await same(`stridedSlice ${step}`, () => tf.stridedSlice(x(), begin, end, steps));
    }
    const pads = shape.map((_, i) => [i % 3, (i + 1) % 2] as [number, number]);
    await same("pad", () => tf.pad(x(), pads, dtype === "float32" ? 3.5 : 1));
    if (shape.every((n) => n > 2)) {
      await same("reflect", () => tf.mirrorPad(x(), pads, "reflect"));
      await same("symmetric", () => tf.mirrorPad(x(), pads, "symmetric"));
    }
    await same("tile", () =>
      tf.tile(
        x(),
        shape.map((_, i) => 1 + ((i + 1) % 3)),
      ),
    );
    await same("reverse", () => tf.reverse(x()));
    for (let axis = 0; axis < shape.length; axis++) {
      await same(`reverse ${axis}`, () => tf.reverse(x(), axis));
    }
  });

  it.each(CASES)("joins, parts and gathers %s along every axis", async (name, shape, dtype) => {
    const x = (seed = 0): tf.Tensor => random(shape as [], { seed, dtype });
    for (let axis = 0; axis < shape.length; axis++) {
      const n = shape[axis];
      const same = async (what: string, compute: () => tf.Tensor | tf.Tensor[]): Promise<void> => {
        await expectSameAsCpu(`${what} ${name} axis ${axis}`, compute, EXACT);
      };
      await same("concat", () => tf.concat([x(0), x(1), x(2)], axis));
      await same("stack", () => tf.stack([x(0), x(1)], axis));
      // Thousands of tensors prove no more than a few.
      if (n < 100) await same("unstack", () => tf.unstack(x(), axis));
      if (n > 2) await same("split", () => tf.split(x(), [1, n - 2, 1], axis));
      const picks = n > 0 ? [0, n - 1, n >> 1, 0] : [];
      await same("gather", () => tf.gather(x(), tf.tensor1d(picks, "int32"), axis));
    }
  });

  it("gathers within batches", async () => {
    const indices = (): tf.Tensor => tf.tensor2d([1, 2, 0, 4, 3, 3], [3, 2], "int32");
    await expectSameAsCpu("gather", () => tf.gather(random([3, 5, 7]), indices(), 1, 1), EXACT);
  });

  it("fills tensors of every dtype", async () => {
    for (const dtype of DTYPES) {
      for (const shape of SHAPES) {
        const x = (): tf.Tensor => random(shape as [], { dtype });
        await expectSameAsCpu(
          `${dtype} ${shape.join("x")}`,
          () => [tf.fill(shape, 1, dtype), tf.zerosLike(x()), tf.onesLike(x())],
          EXACT,
        );
      }
    }
  });

  it("sums rows by segment, as the gradient of a gather, in the order of the rows", async () => {
    await tf.setBackend("simd");
    for (const [rows, segments] of [
      [0, 3],
      [1, 1],
      [7, 3],
      [600, 40],
      [512, 700],
    ]) {
      for (const row of [[], [1], [3], [4], [64], [2, 5]]) {
        for (const dtype of ["float32", "int32"] as const) {
          const x = random([rows, ...row] as [number], { dtype });
          // Some ids name no segment: they count nowhere.
          const ids = Int32Array.from(
            { length: rows },
            (_, i) => ((i * 7919) % (segments + 2)) - 1,
          );
          const sums = tf.unsortedSegmentSum(x, tf.tensor1d(ids, "int32"), segments);
          const width = row.reduce((product, size) => product * size, 1);
          const wanted =
            dtype === "int32"
              ? new Int32Array(segments * width)
              : new Float32Array(segments * width);
          x.dataSync().forEach((value, i) => {
            const id = ids[Math.floor(i / width)];
            if (id >= 0 && id < segments) wanted[id * width + (i % width)] += value;
          });
          const name = `${rows} rows of [${row.join()}] into ${segments}, ${dtype}`;
          expect([sums.shape, sums.dtype], name).toEqual([[segments, ...row], dtype]);
          expect(sums.dataSync(), name).toEqual(wanted);
          tf.dispose([x, sums]);
        }
      }
    }
  });

  it("trains an embedding like the cpu backend", async () => {
    const ids = (): tf.Tensor => tf.tensor2d([1, 2, 2, 0, 9, 2], [2, 3], "int32");
    const loss = (table: tf.Tensor): tf.Scalar => tf.sum(tf.square(tf.gather(table, ids())));
    await expectSameAsCpu("gradient", () => tf.grad(loss)(random([10, 8])));
  });

  it("refuses an index beyond the end", async () => {
    await tf.setBackend("simd");
    const indices = tf.tensor1d([7], "int32");
    expect(() => tf.gather(random([3, 5]), indices)).toThrow(/7 is not in \[0, 2\]/);
  });

  it("writes one-hot rows, all off for an index out of range", async () => {
    for (const count of [0, 1, 5, 3000]) {
      for (const depth of [2, 3, 10, 17]) {
        const labels = Array.from({ length: count }, (_, i) => (i % (depth + 2)) - 1);
        const compute = (): tf.Tensor => tf.oneHot(tf.tensor1d(labels, "int32"), depth, 2, -1);
        await expectSameAsCpu(`${count} x ${depth}`, compute, EXACT);
        const floats = (): tf.Tensor =>
          tf.oneHot(tf.tensor1d(labels, "int32"), depth, 2, -1, "float32");
        await expectSameAsCpu(`${count} x ${depth}`, floats, EXACT);
      }
    }
  });
});
