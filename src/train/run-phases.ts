import { memory } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { ImageDataGenerator } from "../augment/image-data-generator.ts";
import { shared } from "../brand.ts";
import { check } from "../checks.ts";
import { ImageSet } from "../dataset/image-set.ts";
import { isAlive } from "../model/check-model.ts";
import { modelInternals } from "../model/internals.ts";
import { withKerasLayers } from "../model/keras-layers.ts";
import { leaveNothing } from "../model/optimizers/leave-nothing.ts";
import { trainWhatIsTrainable } from "../model/trainable.ts";
import type { RunCheckpoints } from "./checkpoint/run-checkpoints.ts";
import { evaluationData } from "./evaluate.ts";
import type { History, RunHealth } from "./history.ts";
import { phaseData } from "./phase-data.ts";
import type { TrainingOptions, TrainPhaseOptions } from "./train-phase.ts";
import { isFlow } from "./training-data.ts";
import { type RunParts, type RunPhase, TrainingRun } from "./training-run.ts";
import { trainingSet } from "./training-set.ts";

/** A phase as its caller describes it. */
export interface PhasePlan {
  readonly epochs: number;
  readonly initialEpoch?: number;
  readonly seed: number;
  readonly generator?: ImageDataGenerator;
  readonly dropRemainder?: boolean;
}

/** Images in one call of the model when it is validated. */
const VALIDATION_BATCH = 256;

/** A run that is over. */
export interface RunResult {
  /** One for each phase. */
  readonly histories: readonly History[];
  readonly health: RunHealth;
}

type RunOptions = TrainingOptions & Pick<TrainPhaseOptions, "train">;

/**
 * Runs phases one after the other, with checkpoints if the options say so. The model is claimed
 * before anything of it is touched.
 */
export function runPhases(
  subject: string,
  model: LayersModel,
  plans: readonly PhasePlan[],
  options: RunOptions,
): Promise<RunResult> {
  return alone(subject, model, () => runClaimed(subject, model, plans, options));
}

async function runClaimed(
  subject: string,
  model: LayersModel,
  plans: readonly PhasePlan[],
  options: RunOptions,
): Promise<RunResult> {
  const began = performance.now();
  const tensorsBefore = memory().numTensors;
  const { optimizer } = modelInternals(model);
  const finish = (
    histories: readonly History[],
    firstStep: number,
    checkpoints?: RunCheckpoints,
  ): RunResult => ({
    histories,
    health: {
      steps: optimizer!.iterations - firstStep,
      seconds: (performance.now() - began) / 1000,
      checkpoints: checkpoints?.saved ?? 0,
      secondsSaving: checkpoints?.secondsSaving ?? 0,
      tensorsBefore,
      tensorsAfter: memory().numTensors,
    },
  });
  const { batchSize = 32, labelSmoothing, stepsPerEpoch, checkpoint, resume = "auto" } = options;
  const { train, validation, weights, validationWeights } = trainingSet(subject, options);
  trainWhatIsTrainable(withKerasLayers(model));
  leaveNothing(optimizer!);
  check(
    modelInternals(model).collectedTrainableWeights.length > 0,
    subject,
    "a model with trainable weights",
    "one whose layers are all frozen",
    "set trainable = true on some of its layers",
  );
  const parts: RunParts = {
    subject,
    model,
    // All of them now: what is wrong with the last one shows before the hours of the first.
    phases: plans.map((plan) => ({
      epochs: plan.epochs,
      initialEpoch: plan.initialEpoch ?? 0,
      data: phaseData(subject, model, {
        ...{ train, batchSize, weights, labelSmoothing, stepsPerEpoch },
        ...plan,
      }),
    })),
    validation:
      validation && evaluationData(subject, model, validation, VALIDATION_BATCH, validationWeights),
    options,
  };
  const present = optimizer!.iterations;
  const startsAnew = async (): Promise<void> => {
    const steps = stepsOf(parts.phases);
    if (options.verbose === 0 || !steps) return;
    const { warnOfLaggingAverages } = await import("./lagging-averages.ts");
    await warnOfLaggingAverages(subject, model, steps);
  };
  if (!checkpoint) {
    await startsAnew();
    return finish(await new TrainingRun(parts).run(), present);
  }

  check(
    train instanceof ImageSet || isFlow(train),
    subject,
    "train to be images, whose epochs can be entered at any step, to save checkpoints",
    "a dataset",
    "pass an ImageSet or a Flow, or leave out checkpoint",
  );
  // Loaded with the first run that is saved.
  const { openCheckpoints } = await import("./checkpoint/open-checkpoints.ts");
  const checkpoints = await openCheckpoints(subject, model, checkpoint, {
    ...{ train, validation, batchSize, weights },
    labelSmoothing: labelSmoothing ?? 0,
    phases: plans.map((plan, i) => ({
      ...{ epochs: plan.epochs, initialEpoch: plan.initialEpoch ?? 0 },
      ...{ seed: plan.seed, generator: plan.generator, steps: parts.phases[i].data.steps ?? null },
    })),
  });
  try {
    const last = await checkpoints.resume(resume);
    if (!last) await startsAnew();
    const histories = await new TrainingRun(parts, checkpoints).run(last);
    return finish(histories, last ? last.optimizer[0].values[0] : present, checkpoints);
  } finally {
    await checkpoints.close();
  }
}

/** Steps in all; `undefined` where the data do not know their number. */
function stepsOf(phases: readonly RunPhase[]): number | undefined {
  let sum = 0;
  for (const { epochs, initialEpoch, data } of phases) {
    if (data.steps === undefined) return undefined;
    sum += (epochs - initialEpoch) * data.steps;
  }
  return sum;
}

/** The models that are being trained. */
const busy = /* @__PURE__ */ shared("busy", () => new WeakSet<LayersModel>());

/** Trains a model that nobody else trains, and says so if it is disposed meanwhile. */
async function alone<T>(subject: string, model: LayersModel, train: () => Promise<T>): Promise<T> {
  check(
    !busy.has(model),
    subject,
    "a model that is not being trained",
    "one whose training has not ended",
    "wait for the first call, or build another model",
  );
  busy.add(model);
  try {
    return await train();
  } catch (cause) {
    if (isAlive(model)) throw cause;
    const { changedMeanwhile } = await import("./changed-meanwhile.ts");
    throw changedMeanwhile(subject, "the model to live", "one that was disposed", cause);
  } finally {
    busy.delete(model);
  }
}
