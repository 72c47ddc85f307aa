import { made } from "../made.ts";
import { number, readOptions } from "../../options.ts";
import { drawBeta } from "./draw-beta.ts";
import type { Mix } from "./mix.ts";

/** Options of {@link mixup} and `cutmix`. */
export interface MixOptions {
  /** Shape of the beta distribution of the weight, above 0; 1 makes it even. Default 1. */
  readonly alpha?: number;
}

/**
 * Weighted means of two images and of their labels (Zhang et al., "mixup: Beyond empirical risk
 * minimization", 2017).
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function mixup(options: MixOptions = {}): Mix {
  const settings = readOptions("mixup", options, mixOptions());
  return made("mix", {
    toJSON: () => ({ kind: "mixup", options: settings }),
    draw: (_, rng) => ({ weight: drawBeta(settings.alpha, rng) }),
    apply(image, partner, _, { weight }) {
      for (let i = 0; i < image.length; i++) {
        image[i] = weight * image[i] + (1 - weight) * partner[i];
      }
    },
  });
}

/** The readers of {@link MixOptions}. */
export const mixOptions = () => ({
  alpha: number({ min: 0, exclusiveMin: true, default: 1 }),
});
