import { made } from "../made.ts";
import { checkNumber } from "../../checks.ts";
import { type FactorRange, range, type Reader, readOptions } from "../../options.ts";
import type { ImageShape } from "../../dataset/image-shape.ts";
import { permutation } from "../../random/permutation.ts";
import { adjustBrightness, adjustContrast, adjustSaturation } from "../pillow/enhance.ts";
import { adjustHue } from "../pillow/hue.ts";
import { drawBetween } from "../keras/shift-range.ts";
import type { Augmentation } from "./augmentation.ts";
import { checkColourChannels } from "./colour-channels.ts";

/**
 * Options of {@link colorJitter}. For the three factors a number s means [max(0, 1 - s), 1 + s], where
 * 1 changes nothing; for the hue h means [-h, h], in parts of the circle. What is left out is left
 * alone.
 */
export interface ColorJitterOptions {
  /** Factor of all values: 0 is black. Limits of at least 0. Default none. */
  readonly brightness?: number | FactorRange;
  /** Factor of the distance from the mean grey: 0 is grey. Limits of at least 0. Default none. */
  readonly contrast?: number | FactorRange;
  /**
   * Factor of the distance from the pixel's own grey: 0 is a grey image. Limits of at least 0.
   * Default none.
   */
  readonly saturation?: number | FactorRange;
  /** Turn of the hue, in parts of the circle. Limits within [-0.5, 0.5]. Default none. */
  readonly hue?: number | FactorRange;
}

const KINDS = ["brightness", "contrast", "saturation", "hue"] as const;
type Kind = (typeof KINDS)[number];

/** One change: what is changed and by how much. */
export interface JitterStep {
  /** What is changed. */
  readonly kind: Kind;
  /** The factor; for the hue the part of the circle. */
  readonly amount: number;
}

/**
 * Changes brightness, contrast, saturation and hue by random amounts in random order, as torchvision
 * does with Pillow's images. Images must have three channels.
 * @throws {ArgumentError} if an option is unknown or out of its range.
 */
export function colorJitter(options: ColorJitterOptions): Augmentation<readonly JitterStep[]> {
  const factor = amount(0, Infinity, 1, "0.2 or [0.8, 1.2]");
  const settings = readOptions("colorJitter", options, {
    brightness: factor,
    contrast: factor,
    saturation: factor,
    hue: amount(-0.5, 0.5, 0, "0.1"),
  });
  return made("augmentation", {
    toJSON: () => ({ kind: "colorJitter", options: settings }),
    draw({ rng, shape }) {
      checkColourChannels("colorJitter", shape);
      const steps: JitterStep[] = [];
      for (const k of permutation(KINDS.length, rng)) {
        const range = settings[KINDS[k]];
        if (range) steps.push({ kind: KINDS[k], amount: drawBetween(range[0], range[1], rng) });
      }
      return steps;
    },
    apply: (image, shape, steps) =>
      steps.reduce((current, step) => applyStep(current, shape, step), image),
  });
}

function applyStep(image: Uint8Array, shape: ImageShape, { kind, amount }: JitterStep): Uint8Array {
  if (kind === "brightness") return adjustBrightness(image, amount);
  if (kind === "contrast") return adjustContrast(image, shape, amount);
  if (kind === "saturation") return adjustSaturation(image, shape, amount);
  return adjustHue(image, amount);
}

/** Reads two numbers between limits, or one that stands for as far either way from no change. */
function amount(
  min: number,
  max: number,
  none: number,
  example: string,
): Reader<FactorRange | undefined> {
  return range({ min, max, optional: true, example }, (value, subject, name) => {
    checkNumber(subject, name, value, { min: 0, max });
    return [Math.max(min, none - value), none + value];
  });
}
