import { areNames, check, checkInteger, describe } from "../checks.ts";
import { checkImageShape } from "../dataset/image-shape.ts";
import { ArgumentError } from "../errors.ts";
import { notAPromise } from "../runtime/listener.ts";
import { type Batch, type Flow, isFlow } from "./flow.ts";
import { SetFlow } from "./set-flow.ts";

/**
 * A flow as it may be used: one of the library's own as it is, a user's with every batch checked.
 * Its first and its last batch are looked at now, so that what is wrong shows before the first step.
 * @throws {ArgumentError} now or from `batch`, if parts of it do not fit together.
 */
export function checkedFlow(subject: string, flow: Flow): Flow {
  if (flow instanceof SetFlow) return flow;
  checkOutline(subject, flow);
  const { length, size, batchSize, imageShape, classNames, set } = flow;
  const checked = (batch: Batch, index: number): Batch => {
    checkBatch(subject, flow, notAPromise(subject, "the flow's batch", batch), `batch ${index}`);
    return batch;
  };
  const usable: Flow = {
    length,
    size,
    batchSize,
    imageShape,
    classNames,
    ...(set && { set }),
    ...(flow.needs && { needs: (epoch, index) => flow.needs!(epoch, index) }),
    batch: (epoch, index, into) => checked(flow.batch(epoch, index, into), index),
    *epoch(epoch) {
      let index = 0;
      for (const batch of flow.epoch(epoch)) yield checked(batch, index++);
    },
    [Symbol.iterator]: () => usable.epoch(0)[Symbol.iterator](),
  };
  // What says which images it needs may be made of such as have still to be loaded.
  if (!flow.needs) for (const index of new Set([0, length - 1])) usable.batch(0, index);
  return usable;
}

function checkOutline(subject: string, flow: Flow): void {
  check(
    isFlow(flow),
    subject,
    "a flow, with methods batch and epoch",
    describe(flow),
    "have the augmenter's flow return one, such as imageFlow(set, options)",
  );
  const { length, size, batchSize, imageShape, classNames } = flow;
  checkImageShape(subject, imageShape, "the flow's imageShape");
  check(
    areNames(classNames),
    subject,
    "the flow's classNames to be a list with the name of each class",
    describe(classNames),
    "give the flow that property",
  );
  checkInteger(subject, "the flow's size", size, { min: 1 });
  checkInteger(subject, "the flow's batchSize", batchSize, { min: 1 });
  check(
    length === Math.ceil(size / batchSize),
    subject,
    `the flow's length to be ${Math.ceil(size / batchSize)}, its size ${size} / its batchSize ${batchSize}`,
    describe(length),
    "let length be Math.ceil(size / batchSize)",
  );
}

function checkBatch(subject: string, flow: Flow, batch: Batch, place: string): void {
  const { imageShape, classNames, batchSize } = flow;
  const classes = classNames.length;
  check(
    typeof batch === "object" && batch !== null,
    subject,
    `a batch { xs, ys, indices, size } as ${place} of the flow`,
    describe(batch),
    "let its method batch return one",
  );
  const { xs, ys, targets, size } = batch;
  checkInteger(subject, `size in ${place} of the flow`, size, { min: 1, max: batchSize });
  const imageSize = imageShape.reduce((product, extent) => product * extent, 1);
  check(
    xs instanceof Float32Array && xs.length === size * imageSize,
    subject,
    `a Float32Array of ${size * imageSize} values (${size} x ${imageShape.join(" x ")}) as xs in ${place} of the flow`,
    describe(xs),
    "give every image in full",
  );
  check(
    xs.every(Number.isFinite),
    subject,
    `finite pixels in ${place} of the flow`,
    "NaN or infinity",
    "look for a division by 0 in the flow",
  );
  check(
    (ArrayBuffer.isView(ys) || Array.isArray(ys)) && ys.length === size,
    subject,
    `${size} labels as ys in ${place} of the flow`,
    describe(ys),
    "give one class index for each image",
  );
  const wrong = Array.from(ys).findIndex(
    (label) => !(Number.isInteger(label) && label >= 0 && label < classes),
  );
  check(
    wrong === -1,
    subject,
    `labels to be whole numbers in 0..${classes - 1} in ${place} of the flow`,
    describe(ys[wrong]),
    "correct the labels, or name all classes in classNames",
  );
  if (targets !== undefined) checkTargets(subject, targets, size, classes, place);
}

function checkTargets(
  subject: string,
  targets: Float32Array,
  size: number,
  classes: number,
  place: string,
): void {
  check(
    targets instanceof Float32Array && targets.length === size * classes,
    subject,
    `a Float32Array of ${size} x ${classes} probabilities as targets in ${place} of the flow`,
    describe(targets),
    "give a row for each image, or leave targets out",
  );
  for (let row = 0; row < size; row++) {
    const shares = targets.subarray(row * classes, (row + 1) * classes);
    const sum = shares.reduce((total, share) => total + share, 0);
    if (Math.abs(sum - 1) < 1e-3 && shares.every((share) => share >= 0)) continue;
    throw new ArgumentError({
      subject,
      expected: `rows of probabilities that sum to 1 as targets in ${place} of the flow`,
      got: `[${shares.slice(0, 10).join(", ")}${classes > 10 ? ", ..." : ""}]`,
      remedy: "give one-hot rows or mixtures of them",
    });
  }
}
