import { made } from "../made.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { integer, readOptions } from "../../options.ts";
import type { Augmentation } from "./augmentation.ts";
import { checkColourChannels } from "./colour-channels.ts";
import { drawOperation } from "./draw-operation.ts";
import {
  applyOperation,
  operationSpace,
  type OperationSpace,
  type OperationStep,
} from "./operations.ts";

/** Options of {@link randAugment}. */
export interface RandAugmentOptions {
  /** Operations one after another, 1 to 1000. Default 2. */
  readonly count?: number;
  /** How strong they are: 0 to 30. Default 9. */
  readonly magnitude?: number;
}

const LEVELS = 31;
/** More would leave nothing of any image. */
const MOST_OPERATIONS = 1000;

/**
 * A few operations out of fourteen, all at the same strength (Cubuk et al., "RandAugment: Practical
 * automated data augmentation with a reduced search space", 2019; magnitudes as in torchvision).
 * Images must have three channels.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function randAugment(
  options: RandAugmentOptions = {},
): Augmentation<readonly OperationStep[]> {
  const settings = readOptions("randAugment", options, {
    count: integer({ min: 1, max: MOST_OPERATIONS, default: 2 }),
    magnitude: integer({ min: 0, max: LEVELS - 1, default: 9 }),
  });
  const { count, magnitude } = settings;
  return made("augmentation", {
    toJSON: () => ({ kind: "randAugment", options: settings }),
    draw({ rng, shape }) {
      checkColourChannels("randAugment", shape);
      const space = randAugmentSpace(shape);
      return Array.from({ length: count }, () =>
        drawOperation(space, LEVELS, () => magnitude, rng),
      );
    },
    apply: (image, shape, steps) =>
      steps.reduce((current, step) => applyOperation(current, shape, step), image),
  });
}

/** Magnitudes for images of a shape. */
export function randAugmentSpace([height, width]: ImageShape): OperationSpace {
  const [x, y] = [(150 / 331) * width, (150 / 331) * height];
  return operationSpace({ shear: 0.3, x, y, rotate: 30, factor: 0.9, bits: 4 });
}
