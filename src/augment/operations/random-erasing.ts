import { made } from "../made.ts";
import { number, type FactorRange, range, readOptions } from "../../options.ts";
import { drawBetween } from "../keras/shift-range.ts";
import type { Augmentation } from "./augmentation.ts";
import { fillColor, paintBox, type PixelBox, type FillColor } from "./box.ts";

/** Options of {@link randomErasing}. */
export interface RandomErasingOptions {
  /** In [0, 1]. Default 0.5. */
  readonly probability?: number;
  /** Limits of the erased part of the area, in (0, 1]. Default [0.02, 0.33]. */
  readonly scale?: FactorRange;
  /** Limits of height / width, above 0. Default [0.3, 3.3]. */
  readonly ratio?: FactorRange;
  /** Colour of the rectangle. Default 0, black. */
  readonly fill?: FillColor;
}

/** How often to look for a rectangle that fits before the image is left alone. */
const ATTEMPTS = 10;

/**
 * Paints over a rectangle of random size and shape that lies wholly inside the image, with some
 * probability (Zhong et al., "Random erasing data augmentation", 2017; drawn as in torchvision).
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function randomErasing(options: RandomErasingOptions = {}): Augmentation<{
  /** The pixels that are painted over; `undefined`: none. */
  readonly box: PixelBox | undefined;
}> {
  const settings = readOptions("randomErasing", options, {
    probability: number({ min: 0, max: 1, default: 0.5 }),
    scale: range({
      min: 0,
      exclusiveMin: true,
      max: 1,
      default: [0.02, 0.33],
      example: "[0.1, 0.3]",
    }),
    ratio: range({ min: 0, exclusiveMin: true, default: [0.3, 3.3], example: "[0.5, 2]" }),
    fill: fillColor(),
  });
  const { probability, scale, ratio, fill } = settings;
  return made("augmentation", {
    toJSON: () => ({ kind: "randomErasing", options: settings }),
    draw({ rng, shape: [height, width] }) {
      if (rng.uniform() >= probability) return { box: undefined };
      for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
        const area = height * width * drawBetween(scale[0], scale[1], rng);
        const aspect = Math.exp(drawBetween(Math.log(ratio[0]), Math.log(ratio[1]), rng));
        const h = Math.round(Math.sqrt(area * aspect));
        const w = Math.round(Math.sqrt(area / aspect));
        if (h < 1 || w < 1 || h >= height || w >= width) continue;
        const top = rng.integer(height - h + 1);
        const left = rng.integer(width - w + 1);
        return { box: { top, left, bottom: top + h, right: left + w } };
      }
      return { box: undefined };
    },
    apply: (image, shape, { box }) => (box ? paintBox(image, shape, box, fill) : image),
  });
}
