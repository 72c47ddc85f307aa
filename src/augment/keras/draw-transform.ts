import type { ImageShape } from "../../dataset/image-shape.ts";
import type { Rng } from "../../random/rng.ts";
import { drawBetween, drawShift, hasShift, type ShiftRange } from "./shift-range.ts";
import type { Transform } from "./transform.ts";

/** What a transform is drawn from; the meanings are those of the generator's options. */
interface TransformRanges {
  readonly rotationRange: number;
  readonly heightShiftRange: ShiftRange;
  readonly widthShiftRange: ShiftRange;
  readonly shearRange: number;
  readonly zoomRange: readonly [low: number, high: number];
  readonly horizontalFlip: boolean;
  readonly verticalFlip: boolean;
  readonly channelShiftRange: number;
  readonly brightnessRange: readonly [low: number, high: number] | undefined;
}

/**
 * Draws a transform for an image of the given shape. The order of the draws is Keras's and fixed:
 * the same numbers from `rng` give Keras's transform. Ranges that are off draw nothing, except the
 * two flips, whose coins are always tossed.
 */
export function drawTransform(
  ranges: TransformRanges,
  [height, width]: ImageShape,
  rng: Rng,
): Transform {
  const { rotationRange, heightShiftRange, widthShiftRange, shearRange } = ranges;
  const { zoomRange, channelShiftRange, brightnessRange } = ranges;
  const theta = rotationRange === 0 ? 0 : drawBetween(-rotationRange, rotationRange, rng);
  const tx = hasShift(heightShiftRange) ? drawShift(heightShiftRange, height, rng) : 0;
  const ty = hasShift(widthShiftRange) ? drawShift(widthShiftRange, width, rng) : 0;
  const shear = shearRange === 0 ? 0 : drawBetween(-shearRange, shearRange, rng);
  const zooms = zoomRange[0] !== 1 || zoomRange[1] !== 1;
  const zx = zooms ? drawBetween(zoomRange[0], zoomRange[1], rng) : 1;
  const zy = zooms ? drawBetween(zoomRange[0], zoomRange[1], rng) : 1;
  const leftRight = rng.uniform() < 0.5;
  const topBottom = rng.uniform() < 0.5;
  return {
    theta,
    tx,
    ty,
    shear,
    zx,
    zy,
    flipHorizontal: leftRight && ranges.horizontalFlip,
    flipVertical: topBottom && ranges.verticalFlip,
    channelShiftIntensity:
      channelShiftRange === 0 ? undefined : drawBetween(-channelShiftRange, channelShiftRange, rng),
    brightness: brightnessRange && drawBetween(brightnessRange[0], brightnessRange[1], rng),
  };
}
