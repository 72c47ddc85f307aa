/** The run on which the promises about interruptions are tried: small, but with all the parts. */
import type { LayersModel } from "@tensorflow/tfjs-layers";
import {
  earlyStopping,
  ImageDataGenerator,
  reduceLROnPlateau,
  stateHash,
  trainTwoPhase,
  type TrainTwoPhaseOptions,
  type TwoPhaseHistory,
} from "cifar-kit";
import { tinyImages, tinyModel } from "../helpers/tiny.ts";

/** Steps of the run: 4 epochs of 14 with a short batch at the end, then 4 of 13 without it. */
export const STEPS = 4 * 14 + 4 * 13;

const train = tinyImages(110);
const validation = tinyImages(20, 2);

/** Its model, newly built. */
export function smallModel(): LayersModel {
  return tinyModel({ seed: 3, dropoutRate: 0.3 });
}

/** Options of the run that a test may change. */
export type Options = Partial<TrainTwoPhaseOptions>;

/** Trains it; interrupted, resumed or neither. */
export function smallRun(
  model: LayersModel,
  { callbacks = [], ...options }: Options = {},
): Promise<TwoPhaseHistory> {
  return trainTwoPhase(model, {
    train,
    validation,
    batchSize: 8,
    epochs: [4, 4],
    seed: 7,
    verbose: 0,
    augmentation: new ImageDataGenerator({
      rotationRange: 10,
      widthShiftRange: 0.1,
      horizontalFlip: true,
    }),
    callbacks: [
      // Both act within this run: the rate falls, and the phases end with their best weights.
      reduceLROnPlateau({ monitor: "loss", minDelta: 10, patience: 1, factor: 0.5 }),
      earlyStopping({ monitor: "val_loss", patience: 3, restoreBestWeights: true }),
      ...callbacks,
    ],
    ...options,
  });
}

/** Runs with a model of its own; gives the hash of what came out, and how many steps it took. */
export async function hashOf(options: Options = {}): Promise<{ hash: string; steps: number }> {
  const model = smallModel();
  try {
    const { plain, augmented, all } = await smallRun(model, options);
    const hash = await stateHash(model, plain, augmented, all);
    return { hash, steps: model.optimizer.iterations };
  } finally {
    model.dispose();
  }
}
