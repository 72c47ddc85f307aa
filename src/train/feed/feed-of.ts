/** The one place that tells apart what may be fed to a model. A new kind of data is a line here. */
import { Tensor, type TensorContainer } from "@tensorflow/tfjs-core";
import type { Dataset } from "@tensorflow/tfjs-data";
import { type Flow, isFlow } from "../../augment/flow.ts";
import { ArgumentError } from "../../errors.ts";
import { attempt, describe, hasMethods, isOf } from "../../checks.ts";
import { asBytes, type Bytes } from "../../bytes/bytes.ts";
import { type Images, isImageSet, isImageStream } from "../../dataset/check-image-set.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import type { ImageStream } from "../../dataset/image-stream.ts";
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
import { streamFeed } from "./stream-feed.ts";
import { plainTensor, tensorFeed } from "./tensor-feed.ts";

/**
 * Images with labels: an image set; a stream of images that stay in their files; a flow, such as an augmenter or `imageFlow` gives; or a
 * `tf.data.Dataset` whose elements are batches `{ xs, ys }` or `[xs, ys]`, with a third part
 * `sampleWeight` if they are weighted.
 */
export type LabelledImages = ImageSet | ImageStream | Flow | Dataset<TensorContainer>;

/**
 * Images for a model: labelled ones, whose labels are left aside; bytes 0..255, which are scaled to
 * [0, 1]; one picture of the model's size, such as the `ImageData` of a canvas, whose transparency lies
 * on white; float32 pixels, which are taken as they are; or a tensor `[n, h, w, c]` (int32 counts as
 * bytes, float32 as it is).
 */
export type ModelImages = LabelledImages | Bytes | Pixels | Float32Array | Tensor;

/** Images without labels in the form that a message can carry. */
export type PlainImages = Bytes | Float32Array | Pixels;

export function feedOf(
  call: ModelCall,
  data: LabelledImages,
  use: TrainingUse | EvaluationUse,
): Feed;
export function feedOf(call: ModelCall, data: ModelImages, use: PredictionUse): Feed<Batch>;
/** @throws {ArgumentError} if data are of no such kind, do not fit the model, or are none. */
export function feedOf(call: ModelCall, data: ModelImages, use: FeedUse): Feed | Feed<Batch> {
  const kind = kindOf(data);
  if (kind && (kind.isLabelled || use.purpose === "prediction")) return kind.feed(call, use);
  throw new ArgumentError({
    subject: call.subject,
    expected:
      use.purpose === "prediction"
        ? "images as an ImageSet, a Uint8Array or Uint8ClampedArray of bytes, ImageData, a Float32Array or a tensor"
        : "labelled images as an ImageSet, a Flow or a tf.data.Dataset",
    got: describe(data),
    remedy: hasMethods(data, "then")
      ? "await it"
      : attempt(() => kindOf((data as unknown as { train?: unknown }).train))
        ? "pass a part of it, such as .train"
        : "pass one of these, e.g. a part of loadCifar10()",
  });
}

/** What a kind of data can do: whoever needs to know asks this, not what the data are. */
interface DataKind {
  /** The data as a model takes them, checked against it. */
  feed(call: ModelCall, use: FeedUse): Feed | Feed<Batch>;
  /** Whether they have labels, so that a model can be trained and measured on them. */
  readonly isLabelled?: boolean;
  /** The images in memory, which can be looked at at once and sent elsewhere. */
  readonly images?: ImageSet;
  /** Images, in memory or not, that can be cut, put into another order, augmented. */
  readonly samples?: Images;
  /** Images of the same kind, if not these, to see what an augmentation makes of them. */
  readonly probe?: ImageSet;
  /** The images that the data are made of, where they are known; what is known of each applies. */
  readonly source?: Images | undefined;
  /** What gives them in an order of its own. */
  readonly flow?: Flow;
  /** Whether they go on for ever, so that somebody has to say what an epoch is. */
  readonly isEndless?: boolean;
  /** A copy of images without labels for a message to carry away. */
  plain?(subject: string): Promise<PlainImages> | PlainImages;
}

/** The kind of some data; `undefined` for what no model is fed. */
export function kindOf(data: unknown): DataKind | undefined {
  const isLabelled = true;
  if (isImageSet(data)) {
    const feed: DataKind["feed"] = (call, use) => setFeed(call, data, use);
    return { feed, isLabelled, images: data, samples: data, probe: data, source: data };
  }
  if (isImageStream(data)) {
    const feed: DataKind["feed"] = (call, use) => streamFeed(call, data, use);
    return { feed, isLabelled, samples: data, probe: data.standIn(), source: data };
  }
  if (isFlow(data)) {
    const feed: DataKind["feed"] = (call, use) => flowFeed(call, data, use);
    return { feed, isLabelled, source: data.set, flow: data };
  }
  if (isDataset(data)) {
    const isEndless = data.size === Infinity;
    return { feed: (call, use) => datasetFeed(call, data, use), isLabelled, isEndless };
  }
  if (isOf(data, Tensor)) {
    const plain: DataKind["plain"] = (subject) => plainTensor(subject, data);
    return { feed: (call, use) => tensorFeed(call, data, use), plain };
  }
  if (isPicture(data)) {
    const { width, height, channels } = data;
    const plain = (): Pixels => ({ data: data.data.slice(), width, height, channels });
    return { feed: (call, use) => pictureFeed(call, data, use), plain };
  }
  if (isOf(data, Float32Array)) {
    return { feed: (call, use) => floatsFeed(call, data, use), plain: () => data.slice() };
  }
  const bytes = asBytes(data);
  return bytes && { feed: (call, use) => bytesFeed(call, bytes, use), plain: () => bytes.slice() };
}

/** Whether a value is a tf.data dataset, of whichever copy of tfjs-data. */
function isDataset(value: unknown): value is Dataset<TensorContainer> {
  return hasMethods(value, "iterator");
}

/** Whether a value is one picture, such as the `ImageData` of a canvas. */
function isPicture(value: unknown): value is Pixels {
  return attempt(() => ["data", "width", "height"].every((name) => name in Object(value))) === true;
}
