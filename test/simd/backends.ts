import "@tensorflow/tfjs-backend-cpu";
// Registers the gradients of tfjs-core.
import "@tensorflow/tfjs-layers";
import * as tf from "@tensorflow/tfjs-core";
import { expect } from "vitest";
import type { SimdBackend } from "../../src/simd/tfjs/backend.ts";
import { registerSimdBackend, type SimdBackendOptions } from "../../src/simd/index.ts";

/** Registers the backend anew with these options and selects it. */
export async function useSimd(options: SimdBackendOptions = { threads: 2 }): Promise<SimdBackend> {
  if (tf.engine().findBackendFactory("simd")) tf.removeBackend("simd");
  await registerSimdBackend(options);
  await tf.setBackend("simd");
  return tf.backend() as unknown as SimdBackend;
}

/** Numbers in [-2, 2) that look random and depend on `seed` and the index alone. */
export function numbers(length: number, seed = 0): Float32Array {
  const values = new Float32Array(length);
  for (let i = 0; i < length; i++) {
    const mixed = Math.imul(i + 1, 2654435761) ^ Math.imul(seed + 1, 40503);
    const hash = Math.imul(mixed ^ (mixed >>> 15), 2246822519);
    values[i] = ((hash ^ (hash >>> 13)) >>> 0) / 2 ** 30 - 2;
  }
  return values;
}

/**
 * A tensor of such numbers: float32, integers from -64 to 63, or whether they are positive; with `nan`,
 * every eleventh element is not a number.
 */
export function random<R extends tf.Rank>(
  shape: tf.ShapeMap[R],
  { seed = 0, nan = false, dtype = "float32" }: RandomOptions = {},
): tf.Tensor<R> {
  const values = numbers(tf.util.sizeFromShape(shape), seed);
  if (nan) for (let i = 5; i < values.length; i += 11) values[i] = NaN;
  if (dtype === "int32")
    return tf.tensor(
      values.map((value) => Math.floor(value * 32)),
      shape,
      dtype,
    );
  if (dtype === "bool")
    return tf.tensor(
      values.map((value) => Number(value > 0)),
      shape,
      dtype,
    );
  return tf.tensor(values, shape);
}

interface RandomOptions {
  seed?: number;
  nan?: boolean;
  dtype?: "float32" | "int32" | "bool";
}

/** Runs a kernel of several results by its name. */
export function runAll(name: string, inputs: object, attrs: object = {}): tf.Tensor[] {
  const given = [inputs as tf.NamedTensorMap, attrs as tf.NamedAttrMap] as const;
  return tf.engine().runKernel<tf.Tensor[]>(name, ...given);
}

/** Runs a kernel of one result by its name. */
export function run(name: string, inputs: object, attrs: object = {}): tf.Tensor {
  return [runAll(name, inputs, attrs)].flat()[0];
}

type Results = tf.Tensor | tf.Tensor[];
type Compute = () => Results | Promise<Results>;

interface Result {
  readonly shape: number[];
  readonly dtype: string;
  readonly values: ArrayLike<number>;
}

async function resultsOn(backend: string, compute: Compute): Promise<Result[]> {
  await tf.setBackend(backend);
  // As tf.tidy does, which takes no promise.
  tf.engine().startScope();
  const tensors = [await compute()].flat();
  tf.engine().endScope(tensors);
  const results = tensors.map((tensor) => ({
    shape: tensor.shape,
    dtype: tensor.dtype,
    values: tensor.dataSync(),
  }));
  tf.dispose(tensors);
  return results;
}

/** The element whose difference is largest in units of what is allowed, in words. */
function worst(actual: Result, wanted: Result, rtol: number, atol: number): string {
  let text = "";
  let largest = 1;
  for (let i = 0; i < wanted.values.length; i++) {
    const a = actual.values[i];
    const w = wanted.values[i];
    if (Object.is(a, w) || a === w) continue;
    const excess = Math.abs(a - w) / (atol + rtol * Math.abs(w));
    // Not "<=": a NaN on one side only is an error, too.
    if (excess <= largest) continue;
    largest = Number.isNaN(excess) ? Infinity : excess;
    text = `element ${i}: ${a} instead of ${w}, allowed ${rtol} relative + ${atol}`;
  }
  return text;
}

/** What "cpu" gave, where that takes long. */
const kept = new Map<string, Result[]>();

/**
 * Expects `compute` to give on "simd" what it gives on "cpu". Element-wise results may differ by
 * rounding; sums need `atol` for their length.
 * @param what names it in errors; with `keep` apart from all others of the file, too: asked again, it is
 *   compared with what "cpu" gave the first time.
 */
export async function expectSameAsCpu(
  what: string,
  compute: Compute,
  { rtol = 1e-5, atol = 1e-6, keep = false } = {},
): Promise<void> {
  const wanted = kept.get(what) ?? (await resultsOn("cpu", compute));
  if (keep) kept.set(what, wanted);
  const actual = await resultsOn("simd", compute);
  expect(actual.length, what).toBe(wanted.length);
  actual.forEach((result, i) => {
    expect([result.shape, result.dtype], what).toEqual([wanted[i].shape, wanted[i].dtype]);
    expect(result.values.length, what).toBe(wanted[i].values.length);
    const text = worst(result, wanted[i], rtol, atol);
    expect(text === "" ? "" : `${what}: ${text}`).toBe("");
  });
}
