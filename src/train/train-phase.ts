import {
  dispose,
  type Optimizer,
  type Scalar,
  sum,
  type Tensor,
  type TensorContainer,
} from "@tensorflow/tfjs-core";
import type { Dataset } from "@tensorflow/tfjs-data";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import { ImageDataGenerator } from "../augment/image-data-generator.ts";
import { imageFlow } from "../augment/image-flow.ts";
import {
  check,
  checkBoolean,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkSeed,
  describe,
} from "../checks.ts";
import { ImageSet } from "../dataset/image-set.ts";
import { TrainingError } from "../errors.ts";
import { ensureTrainable } from "../model/backend/ensure-trainable.ts";
import { modelInternals, type OptimizerInternals } from "../model/internals.ts";
import { setTrainingStep } from "../model/keras-layers.ts";
import { withUndyingLoss } from "../model/loss.ts";
import type { Callback, Logs, TrainingContext } from "./callback.ts";
import { isProgressBar, progressBar } from "./callbacks/progress-bar.ts";
import { evaluateData, evaluationData } from "./evaluate.ts";
import { breather } from "./event-loop.ts";
import { type History, HistoryRecorder } from "./history.ts";
import { checkCompiled, checkImageShape, checkModel } from "./model-input.ts";
import { RunningMeans } from "./running-means.ts";
import {
  datasetData,
  flowData,
  isDataset,
  type LabelForm,
  type TrainingData,
} from "./training-data.ts";

/** What {@link trainPhase} and {@link trainTwoPhase} have in common. */
export interface TrainingOptions {
  /** Data to measure after every epoch: an image set, or a dataset of batches. */
  readonly validation?: ImageSet | Dataset<TensorContainer>;
  /** Images in a step; default 32. A dataset has its own. */
  readonly batchSize?: number;
  /** Fixes the order of the images and their augmentation; any safe integer; default 0. */
  readonly seed?: number;
  /** Called in this order, with the hooks of {@link Callback}. */
  readonly callbacks?: readonly Callback[];
  /** 0: print nothing; 1 (default): a progress line; 2: one line an epoch. */
  readonly verbose?: 0 | 1 | 2;
  /** Stops the run after the step under way; the promise is then rejected with the reason. */
  readonly signal?: AbortSignal;
}

/** Options of {@link trainPhase}. */
export interface TrainPhaseOptions extends TrainingOptions {
  /** An image set, or a `tf.data.Dataset` whose elements are batches `{ xs, ys }` or `[xs, ys]`. */
  readonly train: ImageSet | Dataset<TensorContainer>;
  /** Number of epochs, 0 or more. */
  readonly epochs: number;
  /** Augments the images of an image set; without it they are scaled by 1/255 only. */
  readonly generator?: ImageDataGenerator;
  /**
   * Whether to leave out the last, short batch of an epoch. Default: true with a generator, false
   * without, as in the notebook (1562 and 1563 steps). The images are shuffled anew every epoch.
   */
  readonly dropRemainder?: boolean;
}

const COMMON_OPTIONS = [
  "train",
  "validation",
  "batchSize",
  "epochs",
  "seed",
  "callbacks",
  "verbose",
  "signal",
] as const;

/** Steps between two readings of loss and metrics from the device; the first step is read too. */
const READ_EVERY = 20;

/** Images in one call of the model when it is validated. */
const VALIDATION_BATCH = 256;

/**
 * Trains a model for some epochs, as one call of Keras's `fit` does: every epoch goes through all
 * images in a new order, loss and accuracy are averaged over the epoch while the weights move, and
 * the validation data are measured at its end. The optimizer keeps its state from call to call.
 *
 * Works on any compiled tf.LayersModel with one input and one output. That the same seed gives the
 * same run holds for models of {@link buildCifarModel}, {@link loadModel} and
 * {@link withKerasLayers}: stock layers draw their dropout masks by themselves. A loss named
 * `sparseCategoricalCrossentropy` is trained in its log-sum-exp form, whose gradient never dies.
 *
 * @throws {ArgumentError} before the first step, if model, data and options do not fit together.
 * @throws {BackendError} before the first step, if the backend cannot train.
 * @throws {TrainingError} if the loss is not a finite number; the message names the step.
 */
export async function trainPhase(model: LayersModel, options: TrainPhaseOptions): Promise<History> {
  const subject = "trainPhase";
  checkOptions(subject, options, [...COMMON_OPTIONS, "generator", "dropRemainder"]);
  const { epochs } = options;
  checkInteger(subject, "epochs", epochs, { min: 0 });
  checkTraining(subject, model, options);
  const data = trainingData(subject, model, options);
  const { validation } = options;
  const validationData = validation && evaluationData(subject, model, validation, VALIDATION_BATCH);
  return new PhaseRun(model, data, validationData, options).run();
}

/** Checks what both training functions take, and makes the backend ready. */
export function checkTraining(
  subject: string,
  model: LayersModel,
  { batchSize = 32, seed = 0, callbacks = [], verbose = 1, signal }: TrainingOptions,
): void {
  checkInteger(subject, "batchSize", batchSize, { min: 1 });
  checkSeed(subject, seed);
  checkOneOf(subject, "verbose", verbose, [0, 1, 2]);
  check(
    Array.isArray(callbacks) &&
      callbacks.every((callback: unknown) => typeof callback === "object" && callback !== null),
    subject,
    "callbacks to be a list of objects with hooks such as onEpochEnd",
    describe(callbacks),
    "pass e.g. [earlyStopping({ patience: 3 })]",
  );
  check(
    signal === undefined || typeof signal.throwIfAborted === "function",
    subject,
    "signal to be an AbortSignal",
    describe(signal),
    "pass new AbortController().signal",
  );
  checkModel(subject, model);
  checkCompiled(subject, model);
  ensureTrainable();
}

/** The batches of a phase. */
function trainingData(
  subject: string,
  model: LayersModel,
  { train, generator, batchSize = 32, seed = 0, dropRemainder }: TrainPhaseOptions,
): TrainingData {
  const dropsRemainder = dropRemainder ?? generator !== undefined;
  checkBoolean(subject, "dropRemainder", dropsRemainder);
  if (isDataset(train)) {
    check(
      generator === undefined && dropRemainder === undefined,
      subject,
      "generator and dropRemainder with an ImageSet only",
      "a dataset beside them",
      "put augmentation and batching into the dataset's own pipeline",
    );
    return datasetData(subject, train);
  }
  check(
    train instanceof ImageSet,
    subject,
    "train to be an ImageSet or a tf.data.Dataset",
    describe(train),
    "pass e.g. the train part of loadCifar10()",
  );
  check(
    generator === undefined || generator instanceof ImageDataGenerator,
    subject,
    "generator to be an ImageDataGenerator",
    describe(generator),
    "pass new ImageDataGenerator({ ... })",
  );
  const least = dropsRemainder ? batchSize : 1;
  check(
    train.length >= least,
    subject,
    `at least ${least} training image${least === 1 ? "" : "s"}`,
    `${train.length}`,
    dropsRemainder
      ? "pass more images, a smaller batchSize, or dropRemainder: false"
      : "pass a set with images",
  );
  checkImageShape(subject, model, train.imageShape);
  const outputs = modelInternals(model).outputs[0].shape[1];
  check(
    outputs === train.classNames.length,
    subject,
    `a model with ${train.classNames.length} outputs, one per class of the images`,
    `${outputs ?? "an open number of"} outputs`,
    "build the model with numClasses to match",
  );
  const flow = generator
    ? generator.flow(train, { batchSize, seed })
    : imageFlow(train, { batchSize, seed, shuffle: true });
  const labels: LabelForm =
    modelInternals(model).loss === "categoricalCrossentropy"
      ? { oneHot: train.classNames.length }
      : "indices";
  return flowData(flow, { dropRemainder: dropsRemainder, labels });
}

/** One run of a phase: the loop and the state that it carries. */
class PhaseRun {
  readonly #model: LayersModel;
  readonly #data: TrainingData;
  readonly #validation: TrainingData | undefined;
  readonly #callbacks: readonly Callback[];
  readonly #epochs: number;
  readonly #signal: AbortSignal | undefined;
  readonly #verbose: 0 | 1 | 2;
  readonly #readEvery: number;
  readonly #pause = breather();
  readonly #history = new HistoryRecorder();
  #stopped = false;

  constructor(
    model: LayersModel,
    data: TrainingData,
    validation: TrainingData | undefined,
    { epochs, callbacks = [], verbose = 1, signal }: TrainPhaseOptions,
  ) {
    this.#model = model;
    this.#data = data;
    this.#validation = validation;
    this.#epochs = epochs;
    this.#signal = signal;
    this.#verbose = verbose;
    const needsBar = verbose !== 0 && !callbacks.some(isProgressBar);
    this.#callbacks = needsBar ? [...callbacks, progressBar()] : callbacks;
    this.#readEvery = Math.min(
      READ_EVERY,
      ...callbacks.map(({ readEvery = READ_EVERY }) => readEvery),
    );
  }

  async run(): Promise<History> {
    withUndyingLoss(this.#model);
    const inner = modelInternals(this.#model);
    setTrainingStep(this.#model, inner.optimizer!.iterations);
    const trainStep = inner.makeTrainFunction();
    const context = this.#context(inner.optimizer!);
    for (const callback of this.#callbacks) callback.setContext?.(context);
    try {
      await this.#call("onTrainBegin");
      for (let epoch = 0; epoch < this.#epochs && !this.#stopped; epoch++) {
        const began = performance.now();
        await this.#call("onEpochBegin", epoch);
        const logs = await this.#trainEpoch(epoch, trainStep);
        Object.assign(logs, await this.#validate());
        this.#history.append(epoch, logs, (performance.now() - began) / 1000);
        await this.#call("onEpochEnd", epoch, logs);
      }
      await this.#call("onTrainEnd");
    } finally {
      await this.#call("onRunEnd");
    }
    return this.#history;
  }

  /** The values of the validation data, if there are any. */
  async #validate(): Promise<Logs> {
    if (!this.#validation) return {};
    await this.#call("onTestBegin");
    const { loss, accuracy } = await evaluateData("trainPhase", this.#model, this.#validation);
    await this.#call("onTestEnd");
    return { val_loss: loss, val_accuracy: accuracy };
  }

  /** One pass over the training data; gives the means of loss and metrics. */
  async #trainEpoch(epoch: number, trainStep: (data: Tensor[]) => Scalar[]): Promise<Logs> {
    const names = modelInternals(this.#model).metricsNames!.map((name) =>
      name === "acc" ? "accuracy" : name,
    );
    const means = new RunningMeans(names);
    let step = 0;
    try {
      for await (const { xs, ys, size } of this.#data.epoch(epoch)) {
        try {
          this.#signal?.throwIfAborted();
          await this.#call("onBatchBegin", step);
          const values = trainStep([xs, ys]);
          // Some backends' relu turns NaN into 0: a loss alone would not show bad pixels.
          if (!this.#data.finite) values.push(sum(xs));
          means.add(values, size);
        } finally {
          dispose([xs, ys]);
        }
        const due = step === 0 || means.pending >= this.#readEvery;
        const problem = due ? await this.#read(means, epoch, step) : undefined;
        await this.#call("onBatchEnd", step, means.logs);
        // A callback such as terminateOnNaN may have dealt with it by stopping.
        if (problem && !this.#stopped) throw problem;
        await this.#pause();
        step++;
        if (this.#stopped) break;
      }
      check(step > 0, "trainPhase", "at least one batch of training data", "none", "pass data");
      const problem = await this.#read(means, epoch, step - 1);
      if (problem && !this.#stopped) throw problem;
      return means.logs;
    } finally {
      means.dispose();
    }
  }

  /** Reads losses back; gives the error that is due if one of them is not finite. */
  async #read(
    means: RunningMeans,
    epoch: number,
    step: number,
  ): Promise<TrainingError | undefined> {
    const stepsBack = await means.read();
    if (stepsBack === -1) return undefined;
    return new TrainingError({
      subject: "trainPhase",
      expected: "finite losses and pixels",
      got: `NaN or infinity in step ${step - stepsBack + 1} of epoch ${epoch + 1}`,
      remedy:
        "lower the learning rate, check the pixels for NaN, and go back to an earlier state of " +
        "the model: its weights are no longer numbers",
    });
  }

  #context(optimizer: Optimizer): TrainingContext {
    const internals = optimizer as OptimizerInternals;
    const stop = (): void => {
      this.#stopped = true;
    };
    return {
      model: this.#model,
      epochs: this.#epochs,
      steps: this.#data.steps,
      verbose: this.#verbose,
      get learningRate() {
        return internals.learningRate ?? NaN;
      },
      set learningRate(value) {
        if (internals.setLearningRate) internals.setLearningRate(value);
        else internals.learningRate = value;
      },
      stopTraining: stop,
    };
  }

  async #call(
    hook: "onTrainBegin" | "onTrainEnd" | "onTestBegin" | "onTestEnd" | "onRunEnd",
  ): Promise<void>;
  async #call(hook: "onEpochBegin" | "onBatchBegin", index: number): Promise<void>;
  async #call(hook: "onEpochEnd" | "onBatchEnd", index: number, logs: Logs): Promise<void>;
  async #call(
    hook: Exclude<keyof Callback, "setContext" | "readEvery">,
    index?: number,
    logs?: Logs,
  ): Promise<void> {
    for (const callback of this.#callbacks) {
      const hooks = callback as Record<string, (...args: unknown[]) => void | Promise<void>>;
      const result = index === undefined ? hooks[hook]?.(logs) : hooks[hook]?.(index, logs);
      if (result !== undefined) await result;
    }
  }
}
