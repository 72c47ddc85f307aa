/**
 * The fourteen operations that RandAugment and TrivialAugment choose from, each as torchvision
 * carries it out on Pillow's images: whole bytes, nearest pixels, black where there is no pixel.
 */
import type { ImageShape } from "../../dataset/image-shape.ts";
import { roundHalfEven } from "../../text/round-half-even.ts";
import { affineNearest, rotationMatrix } from "../pillow/affine-nearest.ts";
import {
  adjustBrightness,
  adjustContrast,
  adjustSaturation,
  adjustSharpness,
} from "../pillow/enhance.ts";
import { autoContrast, equalize, posterize, solarize } from "../pillow/tone.ts";

type Apply = (image: Uint8Array, shape: ImageShape, magnitude: number) => Uint8Array;

/** In the order in which they are drawn; what a magnitude means is each operation's own matter. */
export const OPERATIONS = {
  identity: (image) => image,
  /** Columns moved per row. */
  shearX: (image, shape, slope) => affineNearest(image, shape, [1, slope, 0, 0, 1, 0]),
  /** Rows moved per column. */
  shearY: (image, shape, slope) => affineNearest(image, shape, [1, 0, 0, slope, 1, 0]),
  /** Pixels to the right. */
  translateX: (image, shape, pixels) =>
    affineNearest(image, shape, [1, 0, -Math.trunc(pixels), 0, 1, 0]),
  /** Pixels down. */
  translateY: (image, shape, pixels) =>
    affineNearest(image, shape, [1, 0, 0, 0, 1, -Math.trunc(pixels)]),
  /** Degrees counter-clockwise. */
  rotate: (image, shape, degrees) => affineNearest(image, shape, rotationMatrix(shape, degrees)),
  /** Added to the factor 1, as in the next three. */
  brightness: (image, _, change) => adjustBrightness(image, 1 + change),
  color: (image, shape, change) => adjustSaturation(image, shape, 1 + change),
  contrast: (image, shape, change) => adjustContrast(image, shape, 1 + change),
  sharpness: (image, shape, change) => adjustSharpness(image, shape, 1 + change),
  /** Bits to keep. */
  posterize: (image, _, bits) => posterize(image, bits),
  /** The value from which on to invert. */
  solarize: (image, _, threshold) => solarize(image, threshold),
  autoContrast: (image, [, , channels]) => autoContrast(image, channels),
  equalize: (image, [, , channels]) => equalize(image, channels),
} as const satisfies Record<string, Apply>;

/**
 * An operation's name: `"identity"`, `"shearX"`, `"shearY"`, `"translateX"`, `"translateY"`, `"rotate"`,
 * `"brightness"`, `"color"`, `"contrast"`, `"sharpness"`, `"posterize"`, `"solarize"`, `"autoContrast"`
 * or `"equalize"`.
 */
export type OperationName = keyof typeof OPERATIONS;

/** One operation with its magnitude. */
export interface OperationStep {
  /** Which operation. */
  readonly operation: OperationName;
  /** How strong, in the operation's own unit; 0 for those without a strength. */
  readonly magnitude: number;
}

/** What the magnitudes of an operation are. */
export interface MagnitudeScale {
  /** Magnitude at the lowest and at the highest level. */
  readonly from: number;
  readonly to: number;
  /** The sign is drawn as well. */
  readonly signed?: boolean;
  /** Only whole numbers. */
  readonly whole?: boolean;
}

/** Magnitudes of the operations; those without one have no magnitude. */
export type OperationSpace = Readonly<Partial<Record<OperationName, MagnitudeScale>>>;

/** The highest magnitudes of a space; posterizing keeps `bits`. */
type Highest = Readonly<Record<"shear" | "x" | "y" | "rotate" | "factor" | "bits", number>>;

/** The space that has these highest magnitudes. */
export function operationSpace({ shear, x, y, rotate, factor, bits }: Highest): OperationSpace {
  const signed = (to: number): MagnitudeScale => ({ from: 0, to, signed: true });
  return {
    shearX: signed(shear),
    shearY: signed(shear),
    translateX: signed(x),
    translateY: signed(y),
    rotate: signed(rotate),
    brightness: signed(factor),
    color: signed(factor),
    contrast: signed(factor),
    sharpness: signed(factor),
    posterize: { from: 8, to: bits, whole: true },
    solarize: { from: 255, to: 0 },
  };
}

/** The magnitude at `level` of `levels`, without its sign. */
export function magnitudeAt(
  { from, to, whole = false }: MagnitudeScale,
  level: number,
  levels: number,
): number {
  if (!whole) return from + ((to - from) * level) / (levels - 1);
  return from - roundHalfEven(level / ((levels - 1) / (from - to)));
}

/** Applies one operation. */
export function applyOperation(
  image: Uint8Array,
  shape: ImageShape,
  { operation, magnitude }: OperationStep,
): Uint8Array {
  return OPERATIONS[operation](image, shape, magnitude);
}
