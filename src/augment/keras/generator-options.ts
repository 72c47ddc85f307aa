import type { WarpOptions } from "../warp/warp-target.ts";
import type { TransformRanges } from "./draw-transform.ts";
import type { StatisticsSettings } from "./feature-statistics.ts";
import type { ShiftRange } from "./shift-range.ts";
import type { PreprocessingFunction, StandardizeSettings } from "./standardizer.ts";
import type { AxisOrder, FillMode, InterpolationOrder } from "./transform.ts";

/** Two limits, the lower first. */
export type FactorRange = readonly [low: number, high: number];

/**
 * Where random numbers come from. `"keyed"`: from streams of this library, so that an image becomes
 * the same in whatever batch it comes. `"numpy"`: from NumPy's generator in Keras's order, so that a
 * seed gives the transforms, orders and pixels that `flow` gives in Python.
 */
export type RandomStreamKind = "keyed" | "numpy";

/** The options of an `ImageDataGenerator`: Keras's, in camelCase, with Keras's units and ranges. */
export interface ImageDataGeneratorOptions {
  /** Rotate by up to this many degrees either way. Default 0. */
  readonly rotationRange?: number;
  /** Shift left and right, see {@link ShiftRange}: 0.1 is a tenth of the width. Default 0. */
  readonly widthShiftRange?: ShiftRange;
  /** Shift up and down, see {@link ShiftRange}: 0.1 is a tenth of the height. Default 0. */
  readonly heightShiftRange?: ShiftRange;
  /** Shear by up to this many degrees either way, below 90. Default 0. */
  readonly shearRange?: number;
  /**
   * Zoom factors of rows and columns, drawn apart; above 1 zooms out. z in [0, 1) means
   * [1 - z, 1 + z]. Default 0, no zoom.
   */
  readonly zoomRange?: number | FactorRange;
  /** Mirror left and right every other time. Default false. */
  readonly horizontalFlip?: boolean;
  /** Mirror top and bottom every other time. Default false. */
  readonly verticalFlip?: boolean;
  /** Add up to this much to all values, either way, in 0..255 units. Default 0. */
  readonly channelShiftRange?: number;
  /** Brightness factors: 0 is black, 1 unchanged. Pixels become whole numbers. Default none. */
  readonly brightnessRange?: FactorRange;
  /** What fills the places that a moved image leaves empty. Default `"nearest"`. */
  readonly fillMode?: FillMode;
  /** What `fillMode: "constant"` fills with, in 0..255 units. Default 0. */
  readonly cval?: number;
  /** 1 interpolates bilinearly, 0 takes the nearest pixel. Default 1. */
  readonly interpolationOrder?: InterpolationOrder;
  /** Keep what the shifts' names promise, or swap the axes as Keras does. Default `"documented"`. */
  readonly axisOrder?: AxisOrder;
  /** Factor for the pixels after the transform. Default 1/255; `null` (or 1) leaves 0..255. */
  readonly rescale?: number | null;
  /** Called on every transformed image before `rescale`. Default none. */
  readonly preprocessingFunction?: PreprocessingFunction;
  /** Subtract every image's own mean. Default false; on with `samplewiseStdNormalization`. */
  readonly samplewiseCenter?: boolean;
  /** Divide every image by its own standard deviation. Default false. */
  readonly samplewiseStdNormalization?: boolean;
  /**
   * Subtract the mean of each channel over the set given to `fit`. Default false; on with
   * `featurewiseStdNormalization` and `zcaWhitening`.
   */
  readonly featurewiseCenter?: boolean;
  /** Divide each channel by its standard deviation over the set given to `fit`. Default false. */
  readonly featurewiseStdNormalization?: boolean;
  /** Whiten with the map computed by `fit`, which takes minutes at CIFAR-10's size. Default false. */
  readonly zcaWhitening?: boolean;
  /** Added to the singular values when whitening, above 0. Default 1e-6. */
  readonly zcaEpsilon?: number;
  /**
   * Part of the images, in (0, 1), that `flow` keeps apart for `subset: "validation"`: the first
   * ones of the set. Default 0, none.
   */
  readonly validationSplit?: number;
  /** Default `"keyed"`. */
  readonly randomStream?: RandomStreamKind;
}

/** Options after checking, with every default filled in. */
export interface GeneratorSettings
  extends TransformRanges, WarpOptions, StandardizeSettings, StatisticsSettings {
  readonly validationSplit: number;
  readonly randomStream: RandomStreamKind;
}
