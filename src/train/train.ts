/** Training: what one run is made of, in the order in which it happens. */
import { memory } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { Augmenter } from "../augment/augmenter.ts";
import { check, checkInteger, describe } from "../checks.ts";
import { ensureTrainable } from "../model/backend/ensure-trainable.ts";
import { warnOfSlowBackend } from "../model/backend/warn-of-slow-backend.ts";
import { modelInternals } from "../model/internals.ts";
import { withKerasLayers } from "../model/keras-layers.ts";
import { isKerasOptimizer } from "../model/optimizers/keras-optimizer.ts";
import { trainWhatIsTrainable } from "../model/trainable.ts";
import { readOptions } from "../options.ts";
import { deriveSeed } from "../random/stream.ts";
import { shownRounded } from "../runtime/inspect.ts";
import type { Feed, ModelCall } from "./feed/feed.ts";
import { feedOf, kindOf } from "./feed/feed-of.ts";
import { checkCompiled } from "./feed/model-input.ts";
import { trainingSet } from "./feed/training-set.ts";
import {
  joinHistories,
  type PhaseHistory,
  type Training,
  type TwoPhaseHistory,
} from "./run/history.ts";
import { exclusively } from "./run/exclusively.ts";
import { TrainingLoop } from "./run/training-loop.ts";
import { stepsOf } from "./run/steps-of.ts";
import type { Share } from "./shards/share.ts";
import {
  optionsElsewhere,
  type PhaseSettings,
  type TrainingSettings,
  type TrainOptions,
  trainOptions,
  type TrainPhaseOptions,
  trainPhaseOptions,
  type TrainTwoPhaseOptions,
  trainTwoPhaseOptions,
} from "./train-options.ts";

/** Images in one call of the model when it is validated. */
const VALIDATION_BATCH = 256;

/**
 * Trains a model through several phases, one after the other, with the same optimizer going on: each is
 * what one call of Keras's `fit` does. Every epoch goes through all images in a new order, loss and
 * metrics are averaged over the epoch while the weights move, and the validation data are measured at
 * its end. The optimizer keeps its state from call to call.
 *
 * Works on any compiled tf.LayersModel with one input and one output, whose layers behave as
 * {@link withKerasLayers} has them from then on: the same seed gives the same run. A loss named
 * `sparseCategoricalCrossentropy` or `categoricalCrossentropy` is trained in its log-sum-exp form,
 * whose gradient never dies. Layers whose `trainable` is false when the call begins stay as they are,
 * those of a model inside the model whose `trainable` is false, too.
 *
 * @example
 * const augmentation = pipeline(randomCrop({ padding: 4 }), alternatingFlip());
 * const { history } = await train(model, {
 *   train: set,
 *   phases: [{ epochs: 2 }, { epochs: 8, augmentation }],
 * });
 * @param model compiled; its weights and its optimizer change. The caller keeps and disposes it.
 * @throws {ArgumentError} before the first step, if model, data and options do not fit together;
 *   before the step in question, if a batch of a dataset is bad: what was learned until then stays.
 * @throws {BackendError} before the first step, if the backend cannot train.
 * @throws {TrainingError} if the loss is not a finite number (the message names the step), or the model
 *   is disposed meanwhile.
 */
export async function train(model: LayersModel, options: TrainOptions): Promise<Training> {
  const subject = "train";
  const { phases, ...settings } = readOptions(
    subject,
    options,
    trainOptions(),
    optionsElsewhere(subject),
  );
  return runPhases(subject, model, settings, seeded(settings, phases));
}

/**
 * Trains a model for some epochs over the same data: {@link train} with one phase.
 * @param model compiled; its weights and its optimizer change. The caller keeps and disposes it.
 * @throws as {@link train}.
 */
export async function trainPhase(
  model: LayersModel,
  options: TrainPhaseOptions,
): Promise<PhaseHistory> {
  const subject = "trainPhase";
  const settings = readOptions(subject, options, trainPhaseOptions(), optionsElsewhere(subject));
  const { phases, health } = await runPhases(subject, model, settings, [settings]);
  return shownRounded({ ...phases[0], health });
}

/**
 * Trains a model as the notebook does: some epochs on the images as they are, then some on augmented
 * ones, with the same optimizer going on: {@link train} with two phases.
 * @param model compiled; its weights and its optimizer change. The caller keeps and disposes it.
 * @throws as {@link train}.
 */
export async function trainTwoPhase(
  model: LayersModel,
  options: TrainTwoPhaseOptions,
): Promise<TwoPhaseHistory> {
  const subject = "trainTwoPhase";
  const settings = readOptions(subject, options, trainTwoPhaseOptions(), optionsElsewhere(subject));
  checkAugmentable(subject, settings.train);
  const { augmentation = await notebookAugmentation(), epochs } = settings;
  const whole = { initialEpoch: 0, imageSize: undefined };
  const phases = seeded(settings, [
    { ...whole, epochs: epochs[0], augmentation: undefined, dropRemainder: false },
    // Without epochs it needs no full batch.
    { ...whole, epochs: epochs[1], augmentation, dropRemainder: epochs[1] > 0 },
  ]);
  const run = await runPhases(subject, model, settings, phases);
  const [plain, augmented] = run.phases;
  return shownRounded({ plain, augmented, all: run.history, health: run.health });
}

/** The phases, those that have no seed of their own with one that is derived from that of the run. */
const seeded = (
  { seed: ofRun }: TrainingSettings,
  phases: readonly (Omit<PhaseSettings, "seed"> & { readonly seed?: number | undefined })[],
): PhaseSettings[] =>
  phases.map((phase, i) => ({ ...phase, seed: phase.seed ?? deriveSeed(ofRun, "phase", i) }));

function checkAugmentable(subject: string, data: unknown): void {
  check(
    kindOf(data)?.samples !== undefined,
    subject,
    "train to be an ImageSet, whose images can be augmented",
    describe(data),
    "pass one, or call trainPhase with a dataset twice",
  );
}

/** The notebook's augmentation; loaded with the first run that has it. */
async function notebookAugmentation(): Promise<Augmenter> {
  const { ImageDataGenerator } = await import("../augment/keras/image-data-generator.ts");
  return new ImageDataGenerator({
    widthShiftRange: 0.1,
    heightShiftRange: 0.1,
    horizontalFlip: true,
  });
}

/** One run, from its settings to its result, for whoever trains. Nobody else may train the model meanwhile. */
export function runPhases(
  subject: string,
  model: LayersModel,
  settings: TrainingSettings,
  phases: readonly PhaseSettings[],
): Promise<Training> {
  for (const [i, { epochs, initialEpoch }] of phases.entries()) {
    const name = `${subject === "train" ? `phases[${i}].` : ""}initialEpoch`;
    checkInteger(subject, name, initialEpoch, { min: 0, max: epochs });
  }
  check(
    settings.resume !== "must" || settings.checkpoint !== undefined,
    subject,
    'checkpoint: { store } with resume: "must"',
    "none",
    "say where the checkpoint is",
  );
  checkCompiled(subject, model);
  ensureTrainable();
  warnOfSlowBackend(subject);
  const call = { subject, model };
  return exclusively(subject, model, async () => {
    if (settings.group === undefined && settings.shards === undefined) {
      return runOf(call, settings, phases);
    }
    const { sharedRun } = await import("./shards/shared-run.ts");
    return sharedRun(call, settings, (own, share) => runOf(call, own, phases, share));
  });
}

/** The run itself. @param share if batches are cut into shards. */
async function runOf(
  call: ModelCall,
  settings: TrainingSettings,
  phases: readonly PhaseSettings[],
  share?: Share,
): Promise<Training> {
  const { subject, model } = call;
  const began = performance.now();
  const tensorsBefore = memory().numTensors;
  const optimizer = modelInternals(model).optimizer!;

  // What the run learns from and is measured on. All phases at once: what is wrong with the last
  // one shows before the hours of the first.
  const data = trainingSet(subject, settings);
  trainWhatIsTrainable(withKerasLayers(model));
  check(
    modelInternals(model).collectedTrainableWeights.length > 0,
    subject,
    "a model with trainable weights",
    "one whose layers are all frozen",
    "set trainable = true on some of its layers",
  );
  const { weights } = data;
  const resizing = phases.some(({ imageSize }) => imageSize)
    ? (await import("./feed/resizing.ts")).resizing
    : undefined;
  const use = { purpose: "training", ...settings, weights, resizing } as const;
  const loopPhases = phases.map((phase) => ({
    ...phase,
    feed: (share?.feed ?? feedOf)(call, data.train, { ...use, ...phase }),
  }));
  const measured = (augmentation?: Augmenter): Feed | undefined => {
    if (data.validation === undefined) return undefined;
    const feed = feedOf({ subject: `${subject}: validation`, model }, data.validation, {
      purpose: "evaluation",
      batchSize: VALIDATION_BATCH,
      weights: data.validationWeights,
      augmentation,
    });
    return share?.validation(feed) ?? feed;
  };
  const validation = measured();
  const images = kindOf(settings.validation)?.probe;
  for (const { augmentation } of images ? phases : []) {
    if (!augmentation?.standardize) continue;
    const { warnOfPlainValidation } = await import("./feed/plain-validation.ts");
    warnOfPlainValidation(subject, images!, augmentation);
  }
  // What was cut off from the images to train on, each phase sees as those.
  const measuredPhases = loopPhases.map((phase) => ({
    ...phase,
    validation: settings.validationSplit > 0 ? measured(phase.augmentation) : validation,
  }));

  // Where it begins: at a checkpoint, if there is one. Loaded with the first run that is saved.
  const conditions = { ...settings, phases: measuredPhases, validation, weights };
  const checkpoints =
    settings.checkpoint &&
    (await (
      await import("./checkpoint/open-checkpoints.ts")
    ).openCheckpoints(call, settings.checkpoint, conditions));
  try {
    const found = await checkpoints?.resume(settings.resume);
    const last = share ? await share.begin(conditions, found) : found;
    const firstStep = last ? last.optimizer[0].values[0] : optimizer.iterations;
    const steps = stepsOf(loopPhases);
    if (isKerasOptimizer(optimizer)) {
      check(
        steps !== undefined || !optimizer.followsRun,
        subject,
        "a run of a known number of steps, since the learning rate's schedule goes by it",
        "data without one",
        "pass stepsPerEpoch, or give the schedule a number of its own, such as decaySteps",
      );
      optimizer.runEnd = firstStep - (last?.steps ?? 0) + (steps ?? NaN);
      optimizer.checkSchedules();
    }
    if (!last) {
      const { warnOfUnlikelyRun } = await import("./run/unlikely-run.ts");
      await warnOfUnlikelyRun(call, measuredPhases, settings, steps);
    }

    // What happens from step to step.
    const loop = new TrainingLoop(call, measuredPhases, settings, checkpoints, share);
    const histories = await loop.run(last);
    return shownRounded({
      history: joinHistories(histories),
      phases: histories,
      health: {
        steps: optimizer.iterations - firstStep,
        seconds: (performance.now() - began) / 1000,
        checkpoints: checkpoints?.saved ?? 0,
        secondsSaving: checkpoints?.secondsSaving ?? 0,
        tensorsBefore,
        tensorsAfter: memory().numTensors,
      },
    });
  } finally {
    await checkpoints?.close();
  }
}
