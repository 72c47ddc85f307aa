import { CONSTANTS } from "../schema/constants.ts";
import { fill } from "./element-wise.ts";
import { type Epilogue, NO_EPILOGUE } from "./epilogue.ts";
import { type Packed, panelsName, panelsOf } from "./panels.ts";
import type { Place, PlanWriter } from "./plan.ts";
import { roundUp } from "./sizes.ts";

/** Elements of C that a task computes: enough to repay packing B, few enough to share out. */
const BLOCK_ROWS = 192;
const BLOCK_COLUMNS = 64;
/** With few steps, rows of a block are as long as the first-level cache has room for those of B. */
const SHALLOW_COLUMNS = 512;
/** A product with few blocks is cut along k, too, if each chunk has at least so many steps. */
const MINIMUM_BLOCKS = 8;
const MINIMUM_CHUNK = 512;
/** Beyond so many rows packing B pays; where its columns lie one after the other, beyond more. */
const FEW_ROWS = 2;
const FEW_ROWS_TRANSPOSED = 8;
/** Of fewer elements it is not worth keeping what was packed. */
const MINIMUM_PANELS = 1 << 13;
/** Products of few rows are cut into tasks of so many multiplications. */
const FEW_ROWS_TASK = 1 << 18;

/** A product of matrices or of two stacks of them, which are broadcast; sizes in elements. */
export interface GemmShape {
  readonly m: number;
  readonly n: number;
  readonly k: number;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
  /** The stacks' shapes, and that of the products. */
  readonly outerA: readonly number[];
  readonly outerB: readonly number[];
  readonly outer: readonly number[];
}

/** Of each product of a broadcast stack: how many bytes its matrix lies behind the first. */
function offsetsOf(
  own: readonly number[],
  outer: readonly number[],
  matrixBytes: number,
): number[] {
  let offsets = [0];
  let stride = matrixBytes * own.reduce((product, size) => product * size, 1);
  for (let axis = 0; axis < outer.length; axis++) {
    const at = axis - (outer.length - own.length);
    const size = at < 0 ? 1 : own[at];
    stride = at < 0 ? stride : stride / size;
    const step = size === 1 ? 0 : stride;
    offsets = offsets.flatMap((offset) =>
      Array.from({ length: outer[axis] }, (_, i) => offset + i * step),
    );
  }
  return offsets;
}

/** How many products a stack has. */
const countOf = (outer: readonly number[]): number =>
  outer.reduce((product, size) => product * size, 1);

/** Whether rows of A are too few for packing B to pay. */
function isFewRows({ m, transposeA, transposeB, outer }: GemmShape): boolean {
  return m <= (transposeB ? FEW_ROWS_TRANSPOSED : FEW_ROWS) && !transposeA && countOf(outer) === 1;
}

const panelsIn = ({ k: rows, n: columns, transposeB: transposed }: GemmShape): Packed => ({
  ...{ rows, columns, transposed },
});

/** What the panels of B are called, if it is worth keeping such. */
export function panelsOfB(shape: GemmShape): string | null {
  const { k, n, outerB } = shape;
  return k * n >= MINIMUM_PANELS && countOf(outerB) === 1 && !isFewRows(shape)
    ? panelsName(panelsIn(shape))
    : null;
}

/**
 * C = A B, then the epilogue; all matrices are without gaps. `isKept`: what is prepared from B stays; the
 * product has the same bits.
 */
export function gemm(
  plan: PlanWriter,
  shape: GemmShape,
  { a, b, c }: Record<"a" | "b" | "c", Place>,
  epilogue: Epilogue,
  isKept = false,
): void {
  const { m, n, k, transposeA, transposeB, outerA, outerB, outer } = shape;
  const batch = countOf(outer);
  if (m * n * batch === 0) return;
  const perTask = Math.max(1, Math.ceil(16384 / n));
  const sum = (partial: Place, chunks: number): void => {
    const words = { partial, c, n, m, chunks, ...epilogue, perTask };
    plan.call("gemm_sum_f32", batch * Math.ceil(m / perTask), words);
  };
  if (k === 0) {
    // Nothing but the epilogue.
    fill(plan, 4, batch * m * n, c, 0);
    sum(c, 1);
    return;
  }
  if (isFewRows(shape)) {
    fewRows(plan, { m, n, k }, { a, b, c }, { transposeB, epilogue }, sum);
    return;
  }
  const rowBlocks = Math.ceil(m / BLOCK_ROWS);
  const blockColumns = k > CONSTANTS.SHALLOW ? BLOCK_COLUMNS : SHALLOW_COLUMNS;
  const columnBlocks = Math.ceil(n / blockColumns);
  const blocks = batch * rowBlocks * columnBlocks;
  const chunks =
    blocks >= MINIMUM_BLOCKS
      ? 1
      : Math.max(1, Math.min(MINIMUM_BLOCKS, Math.floor(k / MINIMUM_CHUNK)));
  const table = (own: readonly number[], matrixBytes: number): Place | null =>
    batch === 1 ? null : plan.table(offsetsOf(own, outer, matrixBytes));
  const target = chunks === 1 ? c : plan.temporary(chunks * batch * m * n * 4);
  plan.call("gemm_f32", blocks * chunks, {
    ...{ a, b, c: target, m, n, k, ...(chunks === 1 ? epilogue : NO_EPILOGUE) },
    ...{ lda: (transposeA ? m : k) * 4, ldb: (transposeB ? k : n) * 4, transposeA, transposeB },
    ...{ blockRows: BLOCK_ROWS, blockColumns, rowBlocks, columnBlocks },
    panels: isKept ? panelsOf(plan, b, panelsIn(shape)) : null,
    ...{ perChunk: Math.ceil(k / chunks), chunks },
    ...{ offsetsA: table(outerA, m * k * 4), offsetsB: table(outerB, k * n * 4) },
  });
  if (chunks > 1) sum(target, chunks);
}

/** The product of a few rows: of columns in chunks of k, of transposed columns in blocks of them. */
function fewRows(
  plan: PlanWriter,
  { m, n, k }: { m: number; n: number; k: number },
  { a, b, c }: Record<"a" | "b" | "c", Place>,
  { transposeB, epilogue }: { transposeB: boolean; epilogue: Epilogue },
  sum: (partial: Place, chunks: number) => void,
): void {
  const rows = transposeB ? n : k;
  const perRow = m * (transposeB ? k : n);
  const perTask = roundUp(Math.max(Math.ceil(FEW_ROWS_TASK / perRow), Math.ceil(rows / 32)), 8);
  const tasks = Math.ceil(rows / perTask);
  const words = { a, b, m, n, k, perTask };
  if (transposeB) {
    plan.call("few_rows_transposed_f32", tasks, { ...words, c, ...epilogue });
    return;
  }
  const needsSum = tasks > 1 || epilogue.bias !== null || epilogue.activation !== 0;
  const target = tasks > 1 ? plan.temporary(tasks * m * n * 4) : c;
  plan.call("few_rows_f32", tasks, { ...words, c: target, ...NO_EPILOGUE });
  if (needsSum) sum(target, tasks);
}
