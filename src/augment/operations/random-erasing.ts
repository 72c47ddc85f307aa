import { check, checkNumber, describe, isArray } from "../../checks.ts";
import { number, type Reader, reader, readOptions } from "../../options.ts";
import { drawBetween } from "../keras/shift-range.ts";
import type { Augmentation } from "./augmentation.ts";
import { fillColor, paintBox, type PixelBox, type FillColor } from "./box.ts";

/** Options of {@link randomErasing}. */
export interface RandomErasingOptions {
  /** In [0, 1]. Default 0.5. */
  readonly probability?: number;
  /** Limits of the erased part of the area, in (0, 1]. Default [0.02, 0.33]. */
  readonly scale?: readonly [low: number, high: number];
  /** Limits of height / width, above 0. Default [0.3, 3.3]. */
  readonly ratio?: readonly [low: number, high: number];
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
    scale: limits([0.02, 0.33], 1),
    ratio: limits([0.3, 3.3], Infinity),
    fill: fillColor(),
  });
  const { probability, scale, ratio, fill } = settings;
  return {
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
  };
}

type Limits = readonly [low: number, high: number];

/** Reads two numbers above 0, the lower one first. */
function limits(usual: Limits, max: number): Reader<Limits> {
  return reader({ default: usual }, (pair, subject, name): Limits => {
    check(
      isArray(pair) && pair.length === 2,
      subject,
      `${name} to be a pair [low, high]`,
      describe(pair),
      "pass e.g. [0.1, 0.3]",
    );
    const [low, high] = pair;
    checkNumber(subject, `${name}[0]`, low, { min: 0, exclusiveMin: true, max });
    checkNumber(subject, `${name}[1]`, high, { min: low, max });
    return [low, high];
  });
}
