import { made } from "../made.ts";
import type { Augmentation } from "./augmentation.ts";
import { checkColourChannels } from "./colour-channels.ts";
import { drawOperation } from "./draw-operation.ts";
import { applyOperation, operationSpace, type OperationStep } from "./operations.ts";

const LEVELS = 31;

/** The wide space, made for images of 32 x 32 pixels. */
export const TRIVIAL_AUGMENT_SPACE = /* @__PURE__ */ operationSpace({
  shear: 0.99,
  x: 32,
  y: 32,
  rotate: 135,
  factor: 0.99,
  bits: 2,
});

/**
 * One operation out of fourteen at a random strength, with nothing to tune (Mueller and Hutter,
 * "TrivialAugment: Tuning-free yet state-of-the-art data augmentation", 2021; the wide space, as in
 * torchvision). Images must have three channels.
 */
export function trivialAugment(): Augmentation<OperationStep> {
  return made("augmentation", {
    toJSON: () => ({ kind: "trivialAugment" }),
    draw({ rng, shape }) {
      checkColourChannels("trivialAugment", shape);
      return drawOperation(TRIVIAL_AUGMENT_SPACE, LEVELS, () => rng.integer(LEVELS), rng);
    },
    apply: applyOperation,
  });
}
