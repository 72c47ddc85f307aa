/**
 * What a model asks of the batches of a user's own pipeline. They are checked before a step uses
 * them: one bad batch would otherwise turn all weights into NaN, or teach nonsense in silence.
 */
import { cast, dispose, floor, max, min, sub, sum } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { check } from "../../checks.ts";
import { modelInternals } from "../../model/internals.ts";
import { CROSS_ENTROPIES } from "../../model/loss.ts";
import { warnOfByteLikeFloats, warnOfScalingTwice } from "./byte-like.ts";
import { checkByteRange, isOfShape, scaledTensor } from "./model-input.ts";
import { readTogether } from "./read-together.ts";
import { type ModelCall, type Feed, type FeedUse, type LabelledBatch, tensorsOf } from "./feed.ts";

/** The batches, each checked; a bad one is disposed, and an error thrown in its place. */
export async function* checkedBatches(
  { subject, model }: ModelCall,
  batches: ReturnType<Feed["epoch"]>,
  purpose: FeedUse["purpose"],
): AsyncGenerator<LabelledBatch> {
  const { inputs, outputs, loss } = modelInternals(model);
  const imageShape = inputs[0].shape.slice(1);
  const classes = outputs[0].shape[1];
  // A regression may have any targets; an evaluation always asks for classes.
  const wantsClasses =
    purpose === "evaluation" || (purpose === "training" && CROSS_ENTROPIES.includes(loss));
  const arePixels = takesPixels(model);
  let step = 0;
  for await (const batch of batches) {
    step++;
    try {
      const place = `batch ${step} of the epoch`;
      checkShapes(subject, batch, imageShape, place);
      const largest = await checkValues(subject, batch, {
        classes: wantsClasses ? classes : undefined,
        arePixels,
        place,
      });
      if (batch.xs.dtype !== "int32") warnOfByteLikeFloats(subject, model, largest);
      else if (arePixels) warnOfScalingTwice(subject, model);
    } catch (error) {
      dispose(tensorsOf(batch));
      throw error;
    }
    yield arePixels ? scaledBatch(batch) : batch;
  }
}

function checkShapes(
  subject: string,
  { xs }: LabelledBatch,
  imageShape: readonly (number | null)[],
  place: string,
): void {
  check(
    xs.size > 0,
    subject,
    `at least one image in ${place}`,
    "none",
    "leave empty batches out: dataset.filter(({ xs }) => xs.shape[0] > 0)",
  );
  check(
    isOfShape(xs.shape.slice(1), imageShape),
    subject,
    `xs of shape [batch, ${imageShape.map((size) => size ?? "any").join(", ")}] in ${place}`,
    `[${xs.shape.join(", ")}]`,
    "resize or reshape the images in the pipeline, or build the model with their shape",
  );
}

async function checkValues(
  subject: string,
  { xs, ys, weights }: LabelledBatch,
  {
    classes,
    arePixels,
    place,
  }: {
    readonly classes: number | null | undefined;
    readonly arePixels: boolean;
    readonly place: string;
  },
): Promise<number> {
  // Rows of probabilities have a column for each class; indices have one at most.
  const areRows = ys.rank === 2 && ys.shape[1] === classes;
  const areIndices = ys.rank === 1 || (ys.rank === 2 && ys.shape[1] === 1);
  check(
    classes == null || areRows || areIndices,
    subject,
    `ys of shape [batch] or [batch, ${classes}] in ${place}`,
    `[${ys.shape.join(", ")}]`,
    "give class indices, or a row of probabilities for each image",
  );
  const [pixels, leastPixel, largestPixel, ...read] = await readTogether(() => {
    const values = cast(ys, "float32");
    return [
      ...[sum(xs), min(xs), max(xs)],
      ...[sum(values), min(values), max(values), max(sub(values, floor(values)))],
      ...(weights ? [min(weights), sum(weights)] : []),
    ];
  });
  const [labels, least, largest, fractions, leastWeight, allWeights] = read;
  check(
    weights === undefined || (leastWeight >= 0 && Number.isFinite(allWeights)),
    subject,
    `finite weights of at least 0 in ${place}`,
    Number.isFinite(allWeights) ? `${leastWeight}` : "NaN or infinity",
    "correct sampleWeight in the pipeline; the batch has changed nothing",
  );
  check(
    Number.isFinite(pixels),
    subject,
    `finite pixels in ${place}`,
    "NaN or infinity",
    "look for a division by 0 in the pipeline; the batch has changed nothing",
  );
  if (arePixels && xs.dtype === "int32") {
    checkByteRange(subject, `int32 xs in ${place}`, leastPixel, largestPixel);
  }
  check(
    Number.isFinite(labels),
    subject,
    `finite labels in ${place}`,
    "NaN or infinity",
    "correct the labels in the pipeline; the batch has changed nothing",
  );
  if (classes == null) return largestPixel;
  if (areRows) {
    const mean = labels / ys.shape[0];
    check(
      least >= 0 && Math.abs(mean - 1) < 1e-3,
      subject,
      `rows of probabilities that sum to 1 in ${place}`,
      least < 0 ? `${least}` : `rows that sum to ${mean} on the average`,
      "give one-hot rows or mixtures of them; the batch has changed nothing",
    );
    return largestPixel;
  }
  check(
    fractions === 0 && least >= 0 && largest < classes,
    subject,
    `labels to be whole numbers in 0..${classes - 1} in ${place}`,
    least < 0 ? `${least}` : largest >= classes ? `${largest}` : "a fraction",
    "correct the labels, or build the model with numClasses to match; the batch has changed nothing",
  );
  return largestPixel;
}

/** Whether whole numbers are pixels to a model, not words to look up. */
function takesPixels(model: LayersModel): boolean {
  return modelInternals(model).layers.every((layer) => layer.getClassName() !== "Embedding");
}

/** The same batch, bytes scaled to [0, 1]; disposes of the bytes. */
function scaledBatch(batch: LabelledBatch): LabelledBatch {
  if (batch.xs.dtype !== "int32") return batch;
  const xs = scaledTensor(batch.xs);
  batch.xs.dispose();
  return { ...batch, xs };
}
