import type { OPERATIONS } from "../schema/operations.ts";
import type { Place, PlanWriter } from "./plan.ts";
import { sizeOf } from "./sizes.ts";

/** Elements that one task folds. */
const BLOCK = 16384;
/** Columns that one task folds side by side. A multiple of 16. */
const COLUMNS = 512;
/** Longest run that is added up one by one, lane by lane: bounds the rounding error of sums. */
const LONGEST_RUN = 1024;

export type FoldOperation = (typeof OPERATIONS.Fold)[number];

/** A run of adjacent axes that are all folded or all kept. */
interface Run {
  size: number;
  folded: boolean;
}

function runsOf(shape: readonly number[], axes: readonly number[]): Run[] {
  const runs: Run[] = [];
  shape.forEach((size, axis) => {
    if (size === 1) return;
    const folded = axes.includes(axis);
    const last = runs.at(-1);
    if (last?.folded === folded) last.size *= size;
    else runs.push({ size, folded });
  });
  return runs;
}

const sizeOfRuns = (runs: readonly Run[]): number => sizeOf(runs.map(({ size }) => size));

interface FoldKind {
  readonly op: FoldOperation;
  readonly dtype: "float32" | "int32";
  /** What the results are divided by, for means of float32. */
  readonly divisor: number;
}

/** Folds one run of axes after another, innermost first; the last fold divides. */
export function foldAxes(
  plan: PlanWriter,
  shape: readonly number[],
  axes: readonly number[],
  kind: FoldKind,
  { x, out }: Record<"x" | "out", Place>,
): void {
  const runs = runsOf(shape, axes);
  const last = runs.map(({ folded }) => folded).lastIndexOf(true);
  const [before, after] = [runs.slice(0, last), runs.slice(last + 1)];
  const sizes = { outer: sizeOfRuns(before), length: runs[last].size, inner: sizeOfRuns(after) };
  if (!before.some(({ folded }) => folded)) {
    foldOne(plan, sizes, kind, { x, out });
    return;
  }
  const partial = plan.temporary(4 * sizes.outer * sizes.inner);
  foldOne(plan, sizes, { ...kind, divisor: 1 }, { x, out: partial });
  const rest = [...before, ...after];
  const restAxes = rest.flatMap(({ folded }, axis) => (folded ? [axis] : []));
  const restShape = rest.map(({ size }) => size);
  foldAxes(plan, restShape, restAxes, kind, { x: partial, out });
}

interface FoldSize {
  readonly outer: number;
  readonly length: number;
  readonly inner: number;
}

/** Folds the middle of [outer, length, inner], in chunks whose results are folded in turn. */
function foldOne(
  plan: PlanWriter,
  { outer, length, inner }: FoldSize,
  kind: FoldKind,
  { x, out }: Record<"x" | "out", Place>,
): void {
  const { op, dtype, divisor } = kind;
  const columns = Math.min(inner, COLUMNS);
  // A row is folded by 16 accumulators, a column by one.
  const perChunk = inner === 1 ? BLOCK : Math.min(LONGEST_RUN, Math.ceil(BLOCK / columns));
  const chunks = Math.ceil(length / perChunk);
  const rows = chunks > 1 ? 1 : Math.max(1, Math.floor(BLOCK / (length * inner)));
  const tasks = Math.ceil(outer / rows) * chunks * Math.ceil(inner / columns);
  const target = chunks === 1 ? out : plan.temporary(4 * outer * chunks * inner);
  plan.call(`${op}_${dtype === "int32" ? "i32" : "f32"}`, tasks, {
    ...{ x, out: target, outer, length, inner, perChunk, chunks },
    ...{ columnsPerTask: columns, rowsPerTask: rows, divisor: chunks === 1 ? divisor : 1 },
  });
  if (chunks > 1) {
    foldOne(plan, { outer, length: chunks, inner }, kind, { x: target, out });
  }
}

/** Whether the axes run on in memory, as `foldBool` needs it. */
export function isOneRun(shape: readonly number[], axes: readonly number[]): boolean {
  return runsOf(shape, axes).filter(({ folded }) => folded).length === 1;
}

/** Whether all (`any`: any) of the bytes along axes that run on in memory are 1. */
export function foldBool(
  plan: PlanWriter,
  shape: readonly number[],
  axes: readonly number[],
  any: boolean,
  { x, out }: Record<"x" | "out", Place>,
): void {
  const runs = runsOf(shape, axes);
  const folded = runs.findIndex((run) => run.folded);
  const outer = sizeOfRuns(runs.slice(0, folded));
  const inner = sizeOfRuns(runs.slice(folded + 1));
  const { size: length } = runs[folded];
  const columnsPerTask = Math.min(inner, COLUMNS);
  const rowsPerTask = Math.max(1, Math.floor((4 * BLOCK) / (length * inner)));
  const tasks = Math.ceil(outer / rowsPerTask) * Math.ceil(inner / columnsPerTask);
  const words = { x, out, outer, length, inner, any, columnsPerTask, rowsPerTask };
  plan.call("fold_bool", tasks, words);
}

/** Where along one axis x is largest (`smallest`: smallest). */
export function argMax(
  plan: PlanWriter,
  shape: readonly number[],
  axis: number,
  smallest: boolean,
  { x, out }: Record<"x" | "out", Place>,
): void {
  const length = shape[axis];
  const inner = sizeOf(shape.slice(axis + 1));
  const results = sizeOf(shape) / length;
  const perTask = 4 * Math.ceil(BLOCK / length / 4);
  const words = { x, out, results, perTask, length, inner, smallest };
  plan.call("arg_max_f32", Math.ceil(results / perTask), words);
}

/** Rows of exp(x - largest) / sum. */
export function softmax(
  plan: PlanWriter,
  rows: number,
  length: number,
  { x, out }: Record<"x" | "out", Place>,
): void {
  const perTask = Math.max(1, Math.floor(BLOCK / 4 / length));
  plan.call("softmax_f32", Math.ceil(rows / perTask), { x, out, rows, perTask, length });
}

/** Tasks of the kernels of cross-entropy over rows of `classes` logits. */
function lossTasks(rows: number, classes: number): { tasks: number; perTask: number } {
  const perTask = Math.max(1, Math.floor(4096 / Math.max(1, classes)));
  return { tasks: Math.ceil(rows / perTask), perTask };
}

/** The loss of each row: log(sum of exp(logits)) - logit of the label. */
export function sparseCrossEntropy(
  plan: PlanWriter,
  [rows, classes]: readonly number[],
  places: Record<"logits" | "labels" | "loss", Place>,
): void {
  const { tasks, perTask } = lossTasks(rows, classes);
  plan.call("sparse_cross_entropy_f32", tasks, { ...places, rows, classes, perTask });
}

/** dlogits = (softmax(logits) - onehot(labels)) dy. */
export function sparseCrossEntropyGradient(
  plan: PlanWriter,
  [rows, classes]: readonly number[],
  places: Record<"logits" | "labels" | "dlogits" | "dy", Place>,
): void {
  const { tasks, perTask } = lossTasks(rows, classes);
  plan.call("sparse_cross_entropy_gradient_f32", tasks, { ...places, rows, classes, perTask });
}
