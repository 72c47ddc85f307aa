import { dispose, type Tensor } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Augmenter } from "../../augment/augmenter.ts";
import type { ImageSet } from "../../dataset/image-set.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import type { JsonObject } from "../../text/json.ts";

/** Images on the device; whoever receives them disposes their tensors. */
export interface Batch {
  readonly xs: Tensor;
  readonly size: number;
}

/** Images with what the model should say of them. */
export interface LabelledBatch extends Batch {
  readonly ys: Tensor;
  /** What each sample's loss is multiplied by, float32 `[size]`. */
  readonly weights?: Tensor;
}

/** What a model is fed: batches of one epoch after the other, checked against the model. */
export interface Feed<B extends Batch = LabelledBatch> {
  /** Batches in an epoch; `undefined` where only the end of the data tells. */
  readonly steps: number | undefined;
  /** From which step on the images have which size, if it is not their own: `[step, height, width]`. */
  readonly imageSizes?: readonly (readonly [number, number, number])[] | undefined;
  /** Samples in the first batches of an epoch, where they are known before they come. */
  samplesIn?(steps: number): number;
  /** Images of the set that the batch of a step is made of, where these are read one by one. */
  readonly needs?: ((epoch: number, step: number) => Int32Array) | undefined;
  /** In the order of the labels, where they are known. */
  readonly classNames?: readonly string[] | undefined;
  /**
   * What the numbers of a run depend on in these data, for its checkpoints. Missing where nobody can
   * tell, or where an epoch cannot be entered in the middle.
   */
  identity?(hashOf: (set: ImageSet) => Promise<JsonObject>): Promise<FeedIdentity>;
  /**
   * The batches of an epoch; the same epoch gives the same batches, where the source can.
   * @param from number of the first batch; above 0 only for data with an identity.
   */
  epoch(index: number, from?: number): AsyncIterable<B> | Iterable<B>;
  /** What a model gives for the first epoch, where more than this process asks it. */
  outputs?(
    call: ModelCall,
    feed: Feed,
  ): AsyncIterable<{ readonly batch: LabelledBatch; readonly output: Float32Array }>;
  /** Releases what is kept from one epoch to the next; no epoch may be under way. */
  close?(): Promise<void>;
}

/** See {@link Feed.identity}. */
interface FeedIdentity {
  readonly data: JsonObject;
  /** Of what an augmenter makes of a sample of them. */
  readonly augmentation: string | null;
}

/** Who is to be fed, and the public name that errors tell. */
export interface ModelCall {
  readonly subject: string;
  readonly model: LayersModel;
}

/** What data are wanted for, with what concerns their batches. */
export type FeedUse = TrainingUse | EvaluationUse | PredictionUse;

/** To train on, in a new order every epoch. */
export interface TrainingUse {
  readonly purpose: "training";
  /** Images in a batch, of image sets. */
  readonly batchSize: number;
  readonly seed: number;
  readonly augmentation?: Augmenter | undefined;
  /** Whether to leave out a last, short batch; default: if there is an augmentation. */
  readonly dropRemainder?: boolean | undefined;
  readonly labelSmoothing: number;
  /** Batches to take of each epoch; default all. */
  readonly stepsPerEpoch?: number | undefined;
  /** For each image of a set what its loss is multiplied by. */
  readonly weights?: Float32Array | undefined;
  /** Size of the images, if it is not their own. */
  readonly imageSize?: ImageSizes | undefined;
  /** What follows it; loaded for phases that need it. */
  readonly resizing?:
    ((call: ModelCall, sizes: ImageSizes, of: ImageShape, steps: number) => Resizing) | undefined;
  /** Of the phase, over which the images may grow. */
  readonly epochs: number;
}

/**
 * Pixels of the images' shorter side, each with the share of the phase's steps up to which it holds; behind
 * the last the images have their own size.
 */
export type ImageSizes = readonly (readonly [pixels: number, share: number])[];

/** What makes a phase's images other sizes. */
export interface Resizing {
  /** From which step on which size: `[step, height, width]`. */
  readonly changes: readonly (readonly [number, number, number])[];
  /** Some images at the size of a step, which is counted from the phase's epoch 0. */
  resize(xs: Float32Array, count: number, step: number): Tensor;
}

/** To measure the model on, in a fixed order. */
export interface EvaluationUse {
  readonly purpose: "evaluation";
  readonly batchSize: number;
  /** Has the images of a set standardised as it standardises those that it augments. */
  readonly augmentation?: Augmenter | undefined;
  readonly weights?: Float32Array | undefined;
}

/** To ask the model about, in a fixed order. */
export interface PredictionUse {
  readonly purpose: "prediction";
  readonly batchSize: number;
}

/** The tensors of a batch, in the order in which a training step takes them. */
export function tensorsOf({ xs, ys, weights }: LabelledBatch): Tensor[] {
  return weights ? [xs, ys, weights] : [xs, ys];
}

/** The same data; once the signal is aborted, the next batch is its reason, thrown. */
export function untilAborted(feed: Feed, signal: AbortSignal | undefined): Feed {
  if (!signal) return feed;
  return {
    ...feed,
    async *epoch(index, from) {
      for await (const batch of feed.epoch(index, from)) {
        if (signal.aborted) dispose(tensorsOf(batch));
        signal.throwIfAborted();
        yield batch;
      }
    },
  };
}
