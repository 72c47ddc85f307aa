import { check, checkBoolean, checkNumber, checkOneOf, checkOptions, describe } from "../checks.ts";
import type { WarpOptions } from "./affine-warp.ts";
import type { TransformRanges } from "./draw-transform.ts";
import { checkShiftRange, type ShiftRange } from "./shift-range.ts";
import type { AxisOrder, FillMode, InterpolationOrder } from "./transform.ts";

/** Two limits, the lower first. */
export type Range = readonly [low: number, high: number];

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
  readonly zoomRange?: number | Range;
  /** Mirror left and right every other time. Default false. */
  readonly horizontalFlip?: boolean;
  /** Mirror top and bottom every other time. Default false. */
  readonly verticalFlip?: boolean;
  /** Add up to this much to all values, either way, in 0..255 units. Default 0. */
  readonly channelShiftRange?: number;
  /** Brightness factors: 0 is black, 1 unchanged. Pixels become whole numbers. Default none. */
  readonly brightnessRange?: Range;
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
}

/** Options after checking, with every default filled in. */
export interface GeneratorSettings extends TransformRanges, WarpOptions {
  readonly rescale: number;
}

const OPTION_NAMES: readonly (keyof ImageDataGeneratorOptions)[] = [
  "rotationRange",
  "widthShiftRange",
  "heightShiftRange",
  "shearRange",
  "zoomRange",
  "horizontalFlip",
  "verticalFlip",
  "channelShiftRange",
  "brightnessRange",
  "fillMode",
  "cval",
  "interpolationOrder",
  "axisOrder",
  "rescale",
];

const SUBJECT = "ImageDataGenerator";

/** Checks the options one by one and fills in the defaults. */
export function resolveGeneratorOptions(options: ImageDataGeneratorOptions): GeneratorSettings {
  checkOptions(SUBJECT, options, OPTION_NAMES);
  const {
    rotationRange = 0,
    widthShiftRange = 0,
    heightShiftRange = 0,
    shearRange = 0,
    zoomRange = 0,
    horizontalFlip = false,
    verticalFlip = false,
    channelShiftRange = 0,
    brightnessRange,
    fillMode = "nearest",
    cval = 0,
    interpolationOrder = 1,
    axisOrder = "documented",
    rescale = 1 / 255,
  } = options;
  checkNumber(SUBJECT, "rotationRange (degrees)", rotationRange, { min: 0 });
  checkShiftRange(SUBJECT, "widthShiftRange", widthShiftRange);
  checkShiftRange(SUBJECT, "heightShiftRange", heightShiftRange);
  checkNumber(SUBJECT, "shearRange (degrees)", shearRange, { min: 0, max: 90, exclusiveMax: true });
  checkBoolean(SUBJECT, "horizontalFlip", horizontalFlip);
  checkBoolean(SUBJECT, "verticalFlip", verticalFlip);
  checkNumber(SUBJECT, "channelShiftRange", channelShiftRange, { min: 0 });
  if (brightnessRange !== undefined) checkRange("brightnessRange", brightnessRange, false);
  checkOneOf(SUBJECT, "fillMode", fillMode, ["nearest", "reflect", "wrap", "constant"]);
  checkNumber(SUBJECT, "cval", cval);
  checkOneOf(SUBJECT, "interpolationOrder", interpolationOrder, [0, 1]);
  checkOneOf(SUBJECT, "axisOrder", axisOrder, ["documented", "keras"]);
  if (rescale !== null) {
    checkNumber(SUBJECT, "rescale", rescale);
    check(
      rescale !== 0,
      SUBJECT,
      "rescale not to be 0",
      rescale,
      "pass null to keep the pixels in 0..255",
    );
  }
  return {
    rotationRange,
    widthShiftRange,
    heightShiftRange,
    shearRange,
    zoomRange: resolveZoom(zoomRange),
    horizontalFlip,
    verticalFlip,
    channelShiftRange,
    brightnessRange,
    fillMode,
    cval,
    interpolationOrder,
    axisOrder,
    rescale: rescale ?? 1,
  };
}

function resolveZoom(zoomRange: number | Range): Range {
  if (typeof zoomRange === "number") {
    checkNumber(SUBJECT, "zoomRange", zoomRange, { min: 0, max: 1, exclusiveMax: true });
    return [1 - zoomRange, 1 + zoomRange];
  }
  checkRange("zoomRange", zoomRange, true);
  return zoomRange;
}

/** Throws unless `range` is [low, high] with 0 <= low <= high (0 < low if `positive`). */
function checkRange(name: string, range: unknown, positive: boolean): asserts range is Range {
  const example = positive ? "[0.9, 1.1]" : "[0.8, 1.2]";
  check(
    Array.isArray(range) && range.length === 2,
    SUBJECT,
    `${name} to be a pair [low, high]`,
    describe(range),
    `pass e.g. ${example}`,
  );
  const [low, high] = range as unknown[];
  checkNumber(SUBJECT, `${name}[0]`, low, { min: 0, exclusiveMin: positive });
  checkNumber(SUBJECT, `${name}[1]`, high, { min: 0, exclusiveMin: positive });
  check(
    low <= high,
    SUBJECT,
    `${name} to have its lower limit first`,
    describe(range),
    `pass [${high}, ${low}]`,
  );
}
