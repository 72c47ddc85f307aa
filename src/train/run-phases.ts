import { memory } from "@tensorflow/tfjs-core";
import type { LayersModel } from "@tensorflow/tfjs-layers";
import type { ImageDataGenerator } from "../augment/image-data-generator.ts";
import { check } from "../checks.ts";
import { ImageSet } from "../dataset/image-set.ts";
import { modelInternals } from "../model/internals.ts";
import { RunCheckpoints } from "./checkpoint/run-checkpoints.ts";
import { checkOptimizer, runManifest } from "./checkpoint/run-manifest.ts";
import { evaluationData } from "./evaluate.ts";
import type { History, RunHealth } from "./history.ts";
import { phaseData } from "./phase-data.ts";
import type { TrainingOptions, TrainPhaseOptions } from "./train-phase.ts";
import { type RunParts, TrainingRun } from "./training-run.ts";

/** A phase as its caller describes it. */
export interface PhasePlan {
  readonly epochs: number;
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

/** Runs phases one after the other, with checkpoints if the options say so. */
export async function runPhases(
  subject: string,
  model: LayersModel,
  plans: readonly PhasePlan[],
  options: TrainingOptions & Pick<TrainPhaseOptions, "train">,
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
  const { train, validation, batchSize = 32, checkpoint, resume = "auto" } = options;
  const parts: RunParts = {
    subject,
    model,
    // All of them now: what is wrong with the last one shows before the hours of the first.
    phases: plans.map((plan) => ({
      epochs: plan.epochs,
      data: phaseData(subject, model, { train, batchSize, ...plan }),
    })),
    validation: validation && evaluationData(subject, model, validation, VALIDATION_BATCH),
    options,
  };
  const present = optimizer!.iterations;
  if (!checkpoint) return finish(await new TrainingRun(parts).run(), present);

  check(
    train instanceof ImageSet,
    subject,
    "train to be an ImageSet, whose epochs can be entered at any step, to save checkpoints",
    "a dataset",
    "pass the images and a generator, or leave out checkpoint",
  );
  checkOptimizer(subject, model);
  const manifest = await runManifest(model, {
    train,
    validation,
    batchSize,
    phases: plans.map(({ epochs, seed, generator, dropRemainder = generator !== undefined }) => ({
      epochs,
      seed,
      generator,
      dropRemainder,
    })),
  });
  const checkpoints = await RunCheckpoints.open(subject, checkpoint, manifest);
  try {
    const last = await checkpoints.resume(resume);
    const histories = await new TrainingRun(parts, checkpoints).run(last);
    return finish(histories, last ? last.optimizer[0].values[0] : present, checkpoints);
  } finally {
    await checkpoints.close();
  }
}
