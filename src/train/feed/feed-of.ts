/** The one place that tells apart what may be fed to a model. A new kind of data is a line here. */
import { Tensor, type TensorContainer } from "@tensorflow/tfjs-core";
import type { Dataset } from "@tensorflow/tfjs-data";
import { type Flow, isFlow } from "../../augment/flow.ts";
import { ArgumentError } from "../../errors.ts";
import { attempt, describe, hasMethods, isOf } from "../../checks.ts";
import { asBytes, type Bytes } from "../../bytes/bytes.ts";
import { isImageSet } from "../../dataset/check-image-set.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import type { Pixels } from "../../dataset/resample.ts";
import { datasetFeed } from "./dataset-feed.ts";
import type {
  Batch,
  ModelCall,
  EvaluationUse,
  Feed,
  FeedUse,
  PredictionUse,
  TrainingUse,
} from "./feed.ts";
import { flowFeed, setFeed } from "./flow-feed.ts";
import { bytesFeed, floatsFeed, pictureFeed } from "./pixels-feed.ts";
import { tensorFeed } from "./tensor-feed.ts";

/**
 * Images with labels: an image set; a flow, such as an augmenter or `imageFlow` gives; or a
 * `tf.data.Dataset` whose elements are batches `{ xs, ys }` or `[xs, ys]`, with a third part
 * `sampleWeight` if they are weighted.
 */
export type LabelledImages = ImageSet | Flow | Dataset<TensorContainer>;

/**
 * Images for a model: labelled ones, whose labels are left aside; bytes 0..255, which are scaled to
 * [0, 1]; one picture of the model's size, such as the `ImageData` of a canvas, whose transparency lies
 * on white; float32 pixels, which are taken as they are; or a tensor `[n, h, w, c]` (int32 counts as
 * bytes, float32 as it is).
 */
export type ModelImages = LabelledImages | Bytes | Pixels | Float32Array | Tensor;

export function feedOf(
  call: ModelCall,
  data: LabelledImages,
  use: TrainingUse | EvaluationUse,
): Feed;
export function feedOf(call: ModelCall, data: ModelImages, use: PredictionUse): Feed<Batch>;
/** @throws {ArgumentError} if data are of no such kind, do not fit the model, or are none. */
export function feedOf(call: ModelCall, data: ModelImages, use: FeedUse): Feed | Feed<Batch> {
  const kind = kindOf(data);
  if (kind) return kind.feed(call, use);
  if (use.purpose === "prediction") {
    if (isOf(data, Tensor)) return tensorFeed(call, data, use);
    if (isPicture(data)) return pictureFeed(call, data, use);
    if (isOf(data, Float32Array)) return floatsFeed(call, data, use);
    const bytes = asBytes(data);
    if (bytes) return bytesFeed(call, bytes, use);
  }
  throw new ArgumentError({
    subject: call.subject,
    expected:
      use.purpose === "prediction"
        ? "images as an ImageSet, a Uint8Array or Uint8ClampedArray of bytes, ImageData, a Float32Array or a tensor"
        : "labelled images as an ImageSet, a Flow or a tf.data.Dataset",
    got: describe(data),
    remedy: "pass one of these, e.g. a part of loadCifar10()",
  });
}

/** What a kind of labelled data can do: whoever needs to know asks this, not what the data are. */
export interface DataKind {
  /** The data as a model takes them, checked against it. */
  feed(call: ModelCall, use: FeedUse): Feed;
  /** The images themselves, where they can be cut, put into another order and augmented. */
  readonly images?: ImageSet;
  /** The images that the data are made of, where they are known; what is known of each applies. */
  readonly source?: ImageSet | undefined;
  /** Whether they go on for ever, so that somebody has to say what an epoch is. */
  readonly isEndless?: boolean;
}

/** The kind of labelled data; `undefined` for anything else. */
export function kindOf(data: unknown): DataKind | undefined {
  if (isImageSet(data)) {
    return { feed: (call, use) => setFeed(call, data, use), images: data, source: data };
  }
  if (isFlow(data)) return { feed: (call, use) => flowFeed(call, data, use), source: data.set };
  if (!isDataset(data)) return undefined;
  const isEndless = data.size === Infinity;
  return { feed: (call, use) => datasetFeed(call, data, use), isEndless };
}

/** Whether a value is a tf.data dataset, of whichever copy of tfjs-data. */
function isDataset(value: unknown): value is Dataset<TensorContainer> {
  return hasMethods(value, "iterator");
}

/** Whether a value is one picture, such as the `ImageData` of a canvas. */
function isPicture(value: unknown): value is Pixels {
  return attempt(() => ["data", "width", "height"].every((name) => name in Object(value))) === true;
}
