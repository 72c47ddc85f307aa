import { tensor1d, type Tensor1D, tensor4d, type Tensor4D } from "@tensorflow/tfjs-core";
import { type Dataset, generator } from "@tensorflow/tfjs-data";
import { check, describe } from "../checks.ts";
import { checkedFlow } from "../augment/checked-flow.ts";
import { type Batch, type Flow, isFlow } from "../augment/flow.ts";
import { ImageFlow } from "../augment/image-flow.ts";
import { setFlowOptions } from "../augment/flow-options.ts";
import { checkImageSet, isImageSet } from "../dataset/check-image-set.ts";
import type { ImageSet } from "../dataset/image-set.ts";
import { boolean, readOptions } from "../options.ts";

/** Options of {@link toDataset}; for an image set only: a flow has its own. */
export interface ToDatasetOptions {
  /** Images in a batch; default 32. */
  readonly batchSize?: number;
  /** Whether every epoch comes in an order of its own; default false. */
  readonly shuffle?: boolean;
  /** Fixes the orders; any safe integer; default 0. */
  readonly seed?: number;
}

/**
 * Turns an image set, or a flow of augmented images, into a `tf.data.Dataset` of batches for
 * `model.fitDataset` and for tf.data pipelines: `xs` float32 `[batch, h, w, c]` in [0, 1], `ys`
 * int32 `[batch]`. The last batch of an epoch may be short.
 *
 * Its `size` is the number of batches. Each iterator that is asked of the dataset gives the next
 * epoch, from epoch 0 on. tf.data's consumer disposes the tensors, as `fitDataset` does.
 * @param source an image set, or a flow of batches; not modified.
 * @throws {ArgumentError} if `source` is neither, or an option is unknown or out of its range; at the
 *   first batch, if the flow mixes images, whose labels are no indices.
 */
export function toDataset(
  source: ImageSet | Flow,
  options: ToDatasetOptions = {},
): Dataset<{
  /** Images, float32 `[batch, h, w, c]` in [0, 1]. */
  xs: Tensor4D;
  /** Class indices, int32 `[batch]`. */
  ys: Tensor1D;
}> {
  const subject = "toDataset";
  const flow = asFlow(subject, source, options);
  const [height, width, channels] = flow.imageShape;
  const asTensors = ({ xs, ys, size, targets }: Batch): { xs: Tensor4D; ys: Tensor1D } => {
    check(
      targets === undefined,
      subject,
      "a flow whose images have one class each",
      "one that mixes images",
      "pass the flow itself as train to trainPhase, which learns from the mixed labels",
    );
    return { xs: tensor4d(xs, [size, height, width, channels]), ys: tensor1d(ys, "int32") };
  };
  let epoch = 0;
  const dataset = generator(function* () {
    for (const batch of flow.epoch(epoch++)) yield asTensors(batch);
  });
  // tf.data cannot know it: now `repeat()` without a number is seen to have no end.
  return Object.assign(dataset, { size: flow.length });
}

function asFlow(subject: string, source: ImageSet | Flow, options: ToDatasetOptions): Flow {
  const settings = readOptions(subject, options, {
    ...setFlowOptions(),
    shuffle: boolean({ default: false }),
  });
  if (isImageSet(source)) {
    checkImageSet(subject, source);
    return new ImageFlow(source, settings, {});
  }
  check(isFlow(source), subject, "an ImageSet or a Flow", describe(source), "pass one of these");
  const given = Object.keys(options).join(", ");
  check(
    given === "",
    subject,
    "no options beside a flow, which has its own batch size, order and seed",
    given,
    "pass them to flow() instead",
  );
  return checkedFlow(subject, source);
}
