import { check, checkNumber } from "../../checks.ts";
import { ArgumentError } from "../../errors.ts";
import {
  boolean,
  func,
  number,
  oneOf,
  type FactorRange,
  range,
  type Reader,
  reader,
  readOptions,
} from "../../options.ts";
import { type ShiftRange, shiftRange } from "./shift-range.ts";
import type { PreprocessingFunction } from "./standardizer.ts";
import type { AxisOrder, FillMode, InterpolationOrder } from "./transform.ts";

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

const off = (): Reader<boolean> => boolean({ default: false });

/** The readers of the options that make up the random transform. */
export const transformOptions = () => ({
  rotationRange: number({ unit: "degrees", min: 0, default: 0 }),
  widthShiftRange: shiftRange(),
  heightShiftRange: shiftRange(),
  shearRange: number({ unit: "degrees", min: 0, max: 90, exclusiveMax: true, default: 0 }),
  zoomRange: range(
    { min: 0, exclusiveMin: true, default: [1, 1], example: "[0.8, 1.2]" },
    (value, subject, name) => {
      checkNumber(subject, name, value, { min: 0, max: 1, exclusiveMax: true });
      return [1 - value, 1 + value];
    },
  ),
  horizontalFlip: off(),
  verticalFlip: off(),
  fillMode: oneOf(["nearest", "reflect", "wrap", "constant"], { default: "nearest" }),
  cval: number({ default: 0 }),
  interpolationOrder: oneOf([0, 1], { default: 1 }),
  axisOrder: oneOf(["documented", "keras"], { default: "documented" }),
});

/** What {@link ImageDataGeneratorOptions} come to: every default is filled in. */
export type GeneratorSettings = ReturnType<typeof readGeneratorOptions>;

/**
 * Reads the options, and turns on the centring that others need.
 * @throws {ArgumentError} if one is wrong, or two contradict each other.
 */
export function readGeneratorOptions(options: ImageDataGeneratorOptions) {
  const subject = "ImageDataGenerator";
  const settings = readOptions(subject, options, {
    ...transformOptions(),
    channelShiftRange: number({ min: 0, default: 0 }),
    brightnessRange: range({ min: 0, optional: true, example: "[0.8, 1.2]" }),
    rescale: reader({ default: 1 / 255 }, readRescale),
    preprocessingFunction: func<PreprocessingFunction, { optional: true }>(
      "pass (image, shape) => image",
      { optional: true },
    ),
    samplewiseCenter: boolean({ optional: true }),
    samplewiseStdNormalization: off(),
    featurewiseCenter: boolean({ optional: true }),
    featurewiseStdNormalization: off(),
    zcaWhitening: off(),
    zcaEpsilon: number({ min: 0, exclusiveMin: true, default: 1e-6 }),
    validationSplit: number({ min: 0, max: 1, exclusiveMax: true, default: 0 }),
    randomStream: oneOf(["keyed", "numpy"], { default: "keyed" }),
  });
  const { zcaWhitening, featurewiseStdNormalization } = settings;
  check(
    !(zcaWhitening && featurewiseStdNormalization),
    subject,
    "either zcaWhitening or featurewiseStdNormalization",
    "both",
    "leave out featurewiseStdNormalization, which whitening replaces",
  );
  const centred = (
    name: "samplewiseCenter" | "featurewiseCenter",
    ...others: ("samplewiseStdNormalization" | "featurewiseStdNormalization" | "zcaWhitening")[]
  ): boolean => {
    const neededBy = others.find((other) => settings[other]);
    if (neededBy === undefined || settings[name] !== false) {
      return settings[name] ?? neededBy !== undefined;
    }
    throw new ArgumentError({
      subject,
      expected: `${name} to stay on with ${neededBy}, which cannot do without it`,
      got: "false",
      remedy: `leave ${name} out`,
    });
  };
  return {
    ...settings,
    samplewiseCenter: centred("samplewiseCenter", "samplewiseStdNormalization"),
    featurewiseCenter: centred("featurewiseCenter", "zcaWhitening", "featurewiseStdNormalization"),
  };
}

function readRescale(value: unknown, subject: string, name: string): number {
  if (value === null) return 1;
  checkNumber(subject, name, value);
  check(value !== 0, subject, `${name} not to be 0`, "0", "pass null to keep the pixels in 0..255");
  return value;
}
