import type { LayersModel } from "@tensorflow/tfjs-layers";
import type {
  Augmenter,
  Callback,
  CheckpointStore,
  History,
  ImageSet,
  PretrainedNetwork,
  TextSink,
} from "cifar-kit";
import { earlyStopping, progressBar } from "cifar-kit";

/** What is to be learned, and how. */
export interface Course {
  readonly train: ImageSet;
  /** Measured after every epoch, and never trained on. */
  readonly validation: ImageSet;
  readonly network: PretrainedNetwork;
  /** The most epochs. */
  readonly epochs: number;
  readonly batchSize: number;
  readonly augmentation: Augmenter | undefined;
  readonly seed: number;
  /** Where a part of the course, by its name, keeps its checkpoints. */
  readonly store: (part: string) => CheckpointStore;
  /** Whether checkpoints that are there are passed over. */
  readonly anew: boolean;
  readonly signal: AbortSignal;
  /** Where progress goes. */
  readonly progress: TextSink;
}

/** What came of it. */
export interface Trained {
  /** The caller disposes it. */
  readonly model: LayersModel;
  /** One after the other, and what each was. */
  readonly histories: readonly History[];
  readonly phaseNames: readonly string[];
  /** Whether the images kept apart said when to stop. */
  readonly stopsEarly: boolean;
}

/** What all functions that train take of a course. */
export const settingsOf = (course: Course, part: string) => {
  const { train, validation, batchSize, seed, store, anew, signal, progress } = course;
  return {
    ...{ train, validation, batchSize, seed, signal },
    checkpoint: { store: store(part) },
    resume: anew ? "never" : "auto",
    callbacks: [progressBar({ output: progress })],
  } as const;
};

/** Epochs without a lower loss of the images kept apart, after which the best weights are taken. */
const PATIENCE = 5;

/** Ends a part whose epochs bring nothing any more. */
export const untilItStops = (course: Course): Callback =>
  earlyStopping({
    patience: PATIENCE,
    restoreBestWeights: true,
    verbose: 1,
    output: course.progress,
  });
