import type { Augmentation } from "./augmentation.ts";
import { checkColourChannels } from "./colour-channels.ts";
import { drawOperation } from "./draw-operation.ts";
import { applyOperation, type OperationSpace, type OperationStep } from "./operations.ts";

const LEVELS = 31;
const SHEAR = { from: 0, to: 0.99, signed: true };
const SHIFT = { from: 0, to: 32, signed: true };
const FACTOR = { from: 0, to: 0.99, signed: true };

/** The wide space, made for images of 32 x 32 pixels. */
export const TRIVIAL_AUGMENT_SPACE: OperationSpace = {
  identity: undefined,
  shearX: SHEAR,
  shearY: SHEAR,
  translateX: SHIFT,
  translateY: SHIFT,
  rotate: { from: 0, to: 135, signed: true },
  brightness: FACTOR,
  color: FACTOR,
  contrast: FACTOR,
  sharpness: FACTOR,
  posterize: { from: 8, to: 2, whole: true },
  solarize: { from: 255, to: 0 },
  autoContrast: undefined,
  equalize: undefined,
};

/**
 * One operation out of fourteen at a random strength, with nothing to tune (Mueller and Hutter,
 * "TrivialAugment: Tuning-free yet state-of-the-art data augmentation", 2021; the wide space, as in
 * torchvision). Images must have three channels.
 */
export function trivialAugment(): Augmentation<OperationStep> {
  return {
    toJSON: () => ({ kind: "trivialAugment" }),
    draw({ rng, shape }) {
      checkColourChannels("trivialAugment", shape);
      return drawOperation(TRIVIAL_AUGMENT_SPACE, LEVELS, () => rng.integer(LEVELS), rng);
    },
    apply: applyOperation,
  };
}
