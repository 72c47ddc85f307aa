/** What page and Worker say to each other, through {@link Remote}. */
import type { ImageShape } from "../../dataset/image-shape.ts";
import type { CheckpointOptions } from "../../train/checkpoint/checkpoint-options.ts";
import type { ModelState } from "../../train/model-snapshot.ts";
import type { EvaluateOptions, Evaluation } from "../../train/evaluate.ts";
import type { PlainImages } from "../../train/feed/feed-of.ts";
import type { Predictions } from "../../train/outputs.ts";
import type { PredictOptions } from "../../train/predict.ts";
import type { train, trainPhase, trainTwoPhase } from "../../train/train.ts";
import type { CallbackOutline } from "./callback-calls.ts";
import type { PlainModel } from "./plain-model.ts";

/** The first messages, over the Worker's own channel; everything else goes over the port. */
export const HELLO = "cifar-kit: hello";
export const READY = "cifar-kit: ready";

/** A set that is about to come, in parts. */
export interface SetOutline {
  readonly id: number;
  readonly labels: Uint8Array | Int32Array;
  readonly imageShape: ImageShape;
  readonly classNames: readonly string[];
  readonly paths?: readonly string[];
}

/** Some of a set's pixels. */
export interface SetPart {
  readonly id: number;
  readonly at: number;
  readonly bytes: Uint8Array;
}

/** What runs in the Worker. */
export interface TrainerInfo {
  /** Name of the TensorFlow.js backend. */
  readonly backend: string;
  /** Threads that compute; 1 on backends that do not say. */
  readonly threads: number;
}

/** The functions that train, in the Worker as in the page. */
export interface TrainingFunctions {
  readonly train: typeof train;
  readonly trainPhase: typeof trainPhase;
  readonly trainTwoPhase: typeof trainTwoPhase;
}

/** A call of one of them, with everything as plain data. */
export interface TrainCall {
  readonly name: keyof TrainingFunctions;
  readonly model: PlainModel;
  readonly train: number;
  readonly validation: number | undefined;
  readonly callbacks: readonly CallbackOutline[];
  readonly checkpoint:
    (Omit<CheckpointOptions, "store"> & { readonly storeName: string }) | undefined;
  /** All others, each `augmentation` as JSON. */
  readonly options: Readonly<Record<string, unknown>>;
}

/** How such a call ended: with its result, or because the page said so. */
export interface TrainResult {
  readonly result: unknown;
  readonly state: ModelState;
  /** Of an optimizer of this library: where its schedules end. */
  readonly runEnd: number | undefined;
}

/** How far a run has come. */
export interface TrainerProgress {
  /** Index of the phase: of `trainTwoPhase` 0 is the plain one, 1 the augmented one. */
  readonly phase: number;
  /** Index of the epoch under way, within the phase. */
  readonly epoch: number;
  /** Index of the epoch after the last one of the phase. */
  readonly epochs: number;
  /** Steps of the epoch that are complete. */
  readonly step: number;
  /** Steps in the epoch; `undefined` where the data does not say beforehand. */
  readonly steps: number | undefined;
  /** Running means of the epoch; they may lag behind by up to 20 steps. */
  readonly loss: number;
  /** Likewise; `undefined` if the model was compiled without accuracy. */
  readonly accuracy: number | undefined;
  /** The optimizer's present learning rate. */
  readonly learningRate: number;
  /** Mean wall time of a step since the last report. */
  readonly secondsPerStep: number;
  /** Images trained on in a second, since the last report. */
  readonly imagesPerSecond: number;
}

/** What the page calls in the Worker. */
export interface WorkerCalls {
  start(backend: string | undefined): Promise<TrainerInfo>;
  openSet(outline: SetOutline): void;
  fillSet(part: SetPart): void;
  dropSet(id: number): void;
  train(call: TrainCall): Promise<TrainResult>;
  pause(): Promise<void>;
  resume(): void;
  cancel(): void;
  evaluate(call: EvaluateCall): Promise<Evaluation>;
  predict(call: PredictCall): Promise<Predictions>;
}

/** A call of `evaluate`. */
export interface EvaluateCall {
  readonly model: PlainModel;
  readonly set: number;
  readonly options: EvaluateOptions;
}

/** A call of `predict`. */
export interface PredictCall {
  readonly model: PlainModel;
  /** The id of a set, or the images themselves. */
  readonly images: number | PlainImages;
  readonly options: PredictOptions;
}
