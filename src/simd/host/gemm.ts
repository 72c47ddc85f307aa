import { broadcast_util, util, type TensorInfo } from "@tensorflow/tfjs-core";
import type { SimdBackend } from "./backend.ts";

/** Elements of C that a task computes: enough to repay packing B, few enough to share out. */
const BLOCK_ROWS = 192;
const BLOCK_COLUMNS = 64;
/** A product with few blocks is cut along k, too, if each chunk has at least so many steps. */
const MINIMUM_BLOCKS = 8;
const MINIMUM_CHUNK = 512;

/** A product of matrices in linear memory, sizes in elements. */
export interface GemmShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** Byte offsets of each product's matrices from the first; one product at offset 0 if missing. */
  readonly offsets?: { readonly a: readonly number[]; readonly b: readonly number[] };
}

export interface GemmCall extends GemmShape {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly bias: number;
  readonly relu: boolean;
}

/** C = A B (+ bias, then the activation). All addresses are of float32 matrices without gaps. */
export function gemm(backend: SimdBackend, call: GemmCall): void {
  const { m, n, k, offsets } = call;
  const batch = offsets?.a.length ?? 1;
  if (m * n * batch === 0) return;
  if (k === 0) {
    fillWithoutProduct(backend, call, batch * m);
    return;
  }
  const rowBlocks = Math.ceil(m / BLOCK_ROWS);
  const columnBlocks = Math.ceil(n / BLOCK_COLUMNS);
  const blocks = batch * rowBlocks * columnBlocks;
  const chunks =
    blocks >= MINIMUM_BLOCKS
      ? 1
      : Math.max(1, Math.min(MINIMUM_BLOCKS, Math.floor(k / MINIMUM_CHUNK)));
  const multiply = (target: number, bias: number, offsetsAt: number): void => {
    backend.run("gemm_f32", blocks * chunks, [
      ...[call.a, call.b, target, bias, m, n, k],
      ...[(call.transposeA ? m : k) * 4, (call.transposeB ? k : n) * 4],
      ...[call.transposeA ? 1 : 0, call.transposeB ? 1 : 0, call.relu ? 1 : 0],
      ...[BLOCK_ROWS, BLOCK_COLUMNS, rowBlocks, columnBlocks, Math.ceil(k / chunks), chunks],
      ...[offsetsAt, offsetsAt && offsetsAt + batch * 4],
    ]);
  };
  const multiplyAndAdd = (offsetsAt: number): void => {
    if (chunks === 1) {
      multiply(call.c, call.bias, offsetsAt);
      return;
    }
    backend.withBuffer(chunks * batch * m * n * 4, (partial) => {
      multiply(partial, 0, offsetsAt);
      const rows = Math.max(1, Math.ceil(16384 / n));
      backend.run("gemm_sum_f32", batch * Math.ceil(m / rows), [
        ...[partial, call.c, n, m, chunks, call.bias, call.relu ? 1 : 0, rows],
      ]);
    });
  };
  if (offsets === undefined) {
    multiplyAndAdd(0);
    return;
  }
  backend.withBuffer(batch * 8, (table) => {
    backend.heap.int32(table, batch * 2).set([...offsets.a, ...offsets.b]);
    multiplyAndAdd(table);
  });
}

/** C where k is 0: nothing but the bias. */
function fillWithoutProduct(
  backend: SimdBackend,
  { c, n, bias, relu }: GemmCall,
  rows: number,
): void {
  const out = backend.heap.float32(c, rows * n).fill(0);
  if (bias === 0) return;
  const row = backend.heap.float32(bias, n).map((value) => (relu ? Math.max(value, 0) : value));
  for (let i = 0; i < rows; i++) out.set(row, i * n);
}

/** Byte offsets of the matrices that each product of a broadcast batch takes. */
function batchOffsets(
  outer: readonly number[],
  batch: readonly number[],
  matrixBytes: number,
): number[] {
  let offsets = [0];
  let stride = matrixBytes * util.sizeFromShape([...outer]);
  for (let axis = 0; axis < batch.length; axis++) {
    const own = axis - (batch.length - outer.length);
    const size = own < 0 ? 1 : outer[own];
    stride = own < 0 ? stride : stride / size;
    const step = size === 1 ? 0 : stride;
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: batch[axis] }, (_, i) => offset + i * step),
    );
  }
  return offsets;
}

export interface MatMulInputs {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly bias?: TensorInfo | undefined;
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
  readonly relu?: boolean;
}

/** The product of two stacks of matrices, whose outer dimensions broadcast. */
export function matMul(backend: SimdBackend, inputs: MatMulInputs): TensorInfo {
  const { a, b, bias, transposeA = false, transposeB = false, relu = false } = inputs;
  const [m, k] = matrixSize(a.shape, transposeA);
  const [innerB, n] = matrixSize(b.shape, transposeB);
  util.assert(
    k === innerB,
    () =>
      `Error in matMul: inner shapes (${k}) and (${innerB}) of Tensors with shapes ${String(a.shape)} and ` +
      `${String(b.shape)} and transposeA=${transposeA} and transposeB=${transposeB} must match.`,
  );
  const outerA = a.shape.slice(0, -2);
  const outerB = b.shape.slice(0, -2);
  const outer = broadcast_util.assertAndGetBroadcastShape(outerA, outerB);
  const out = backend.output([...outer, m, n]);
  const single = util.sizeFromShape(outer) === 1;
  const offsets = single
    ? undefined
    : { a: batchOffsets(outerA, outer, m * k * 4), b: batchOffsets(outerB, outer, k * n * 4) };
  gemm(backend, {
    ...{ m, n, k, transposeA, transposeB, relu },
    ...(offsets && { offsets }),
    a: backend.pointer(a),
    b: backend.pointer(b),
    c: backend.pointer(out),
    bias: bias ? backend.pointer(bias) : 0,
  });
  return out;
}

function matrixSize(shape: readonly number[], transpose: boolean): [number, number] {
  const [rows, columns] = shape.slice(-2);
  return transpose ? [columns, rows] : [rows, columns];
}
