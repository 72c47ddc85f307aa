import { allocate } from "../bytes/allocate.ts";
import { check, checkIndices, checkInteger, describe } from "../checks.ts";

/**
 * One row per label: 1 in the label's column, 0 elsewhere.
 * @param labels class indices in 0..numClasses-1; not modified.
 * @param numClasses number of columns.
 * @returns float32 `[labels.length, numClasses]`, row after row.
 * @throws {ArgumentError} if a label is not in that range; the message names its index.
 */
export function oneHot(labels: ArrayLike<number>, numClasses: number): Float32Array {
  check(
    typeof (labels as ArrayLike<number> | undefined)?.length === "number",
    "oneHot",
    "a list of class indices",
    describe(labels),
    "pass e.g. set.labels",
  );
  checkInteger("oneHot", "numClasses", numClasses, { min: 1 });
  const rows = allocate(Float32Array, labels.length * numClasses, {
    subject: "oneHot",
    what: `${labels.length} rows of ${numClasses} numbers`,
    remedy: "encode fewer labels at a time",
  });
  checkIndices("oneHot", "labels", labels, numClasses);
  for (let i = 0; i < labels.length; i++) rows[i * numClasses + labels[i]] = 1;
  return rows;
}
