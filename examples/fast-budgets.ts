import type { TrainFastOptions } from "cifar-kit";

/** A network and what it is trained with. */
export interface FastBudget {
  /** Filters of its three blocks. */
  readonly widths: readonly [number, number, number];
  readonly recipe: Pick<TrainFastOptions, "epochs"> & {
    /** Sizes of the images, each up to which share of the steps; their own behind the last. */
    readonly imageSize?: readonly (readonly [pixels: number, share: number])[];
  };
}

const imageSize = [
  [20, 0.35],
  [24, 0.65],
] as const;

const small = [
  [16, 0.35],
  [24, 0.7],
] as const;

/** Budgets of the fast recipe, by the percentage of the test images that each is meant to get right. */
export const FAST: Readonly<Record<string, FastBudget>> = {
  84: { widths: [32, 128, 128], recipe: { epochs: 2, imageSize: small } },
  88: { widths: [32, 128, 128], recipe: { epochs: 4, imageSize } },
  90: { widths: [32, 128, 128], recipe: { epochs: 7, imageSize } },
  94: { widths: [64, 256, 256], recipe: { epochs: 8 } },
};
