import { made } from "../made.ts";
import { boxInside, type PixelBox } from "../operations/box.ts";
import { drawBeta } from "./draw-beta.ts";
import type { Mix, MixParameters } from "./mix.ts";
import { mixOptions, type MixOptions } from "./mixup.ts";
import { readOptions } from "../../options.ts";

/** What of the partner is pasted over the image. */
export interface CutmixParameters extends MixParameters {
  /** The partner's pixels that are pasted, at the same place. */
  readonly box: PixelBox;
}

/**
 * Pastes a rectangle of another image, shaped like the image, around a random middle, and mixes the
 * labels by area (Yun et al., "CutMix: Regularization strategy to train strong classifiers with
 * localizable features", 2019).
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function cutmix(options: MixOptions = {}): Mix<CutmixParameters> {
  const settings = readOptions("cutmix", options, mixOptions());
  return made("mix", {
    toJSON: () => ({ kind: "cutmix", options: settings }),
    draw(shape, rng) {
      const [height, width] = shape;
      const side = Math.sqrt(1 - drawBeta(settings.alpha, rng));
      const h = Math.trunc(height * side);
      const w = Math.trunc(width * side);
      const top = rng.integer(height) - (h >> 1);
      const left = rng.integer(width) - (w >> 1);
      const box = boxInside(top, left, h, w, shape);
      // By the area that is left of the rectangle inside the image.
      const area = (box.bottom - box.top) * (box.right - box.left);
      return { box, weight: 1 - area / (height * width) };
    },
    apply(image, partner, [, width, channels], { box }) {
      for (let r = box.top; r < box.bottom; r++) {
        const from = (r * width + box.left) * channels;
        const to = (r * width + box.right) * channels;
        image.set(partner.subarray(from, to), from);
      }
    },
  });
}
