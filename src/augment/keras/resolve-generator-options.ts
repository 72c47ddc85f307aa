import {
  check,
  checkBoolean,
  checkNumber,
  checkOneOf,
  checkOptions,
  describe,
  isArray,
} from "../../checks.ts";
import type {
  GeneratorSettings,
  ImageDataGeneratorOptions,
  FactorRange,
} from "./generator-options.ts";
import { checkShiftRange, copyShiftRange } from "./shift-range.ts";

/** The names of all options; the compiler sees to it that none is missing. */
const OPTION_NAMES = /* @__PURE__ */ Object.keys({
  rotationRange: true,
  widthShiftRange: true,
  heightShiftRange: true,
  shearRange: true,
  zoomRange: true,
  horizontalFlip: true,
  verticalFlip: true,
  channelShiftRange: true,
  brightnessRange: true,
  fillMode: true,
  cval: true,
  interpolationOrder: true,
  axisOrder: true,
  rescale: true,
  preprocessingFunction: true,
  samplewiseCenter: true,
  samplewiseStdNormalization: true,
  featurewiseCenter: true,
  featurewiseStdNormalization: true,
  zcaWhitening: true,
  zcaEpsilon: true,
  validationSplit: true,
  randomStream: true,
} satisfies Record<keyof ImageDataGeneratorOptions, true>);

const SUBJECT = "ImageDataGenerator";

/**
 * Checks the options one by one and fills in the defaults. Lists are copied: what the caller writes
 * to them later must not change a generator's numbers.
 */
export function resolveGeneratorOptions(options: ImageDataGeneratorOptions): GeneratorSettings {
  checkOptions(SUBJECT, options, OPTION_NAMES);
  const settings = {
    ...resolveGeometry(options),
    ...resolveColour(options),
    ...resolveStandardization(options),
  };
  const { validationSplit = 0, randomStream = "keyed" } = options;
  checkNumber(SUBJECT, "validationSplit", validationSplit, { min: 0, max: 1, exclusiveMax: true });
  checkOneOf(SUBJECT, "randomStream", randomStream, ["keyed", "numpy"]);
  return { ...settings, validationSplit, randomStream };
}

function resolveGeometry({
  rotationRange = 0,
  widthShiftRange = 0,
  heightShiftRange = 0,
  shearRange = 0,
  zoomRange = 0,
  horizontalFlip = false,
  verticalFlip = false,
  fillMode = "nearest",
  cval = 0,
  interpolationOrder = 1,
  axisOrder = "documented",
}: ImageDataGeneratorOptions) {
  checkNumber(SUBJECT, "rotationRange (degrees)", rotationRange, { min: 0 });
  checkShiftRange(SUBJECT, "widthShiftRange", widthShiftRange);
  checkShiftRange(SUBJECT, "heightShiftRange", heightShiftRange);
  checkNumber(SUBJECT, "shearRange (degrees)", shearRange, { min: 0, max: 90, exclusiveMax: true });
  checkBoolean(SUBJECT, "horizontalFlip", horizontalFlip);
  checkBoolean(SUBJECT, "verticalFlip", verticalFlip);
  checkOneOf(SUBJECT, "fillMode", fillMode, ["nearest", "reflect", "wrap", "constant"]);
  checkNumber(SUBJECT, "cval", cval);
  checkOneOf(SUBJECT, "interpolationOrder", interpolationOrder, [0, 1]);
  checkOneOf(SUBJECT, "axisOrder", axisOrder, ["documented", "keras"]);
  return {
    rotationRange,
    widthShiftRange: copyShiftRange(widthShiftRange),
    heightShiftRange: copyShiftRange(heightShiftRange),
    shearRange,
    zoomRange: resolveZoom(zoomRange),
    horizontalFlip,
    verticalFlip,
    fillMode,
    cval,
    interpolationOrder,
    axisOrder,
  };
}

function resolveZoom(zoomRange: number | FactorRange): FactorRange {
  if (typeof zoomRange === "number") {
    checkNumber(SUBJECT, "zoomRange", zoomRange, { min: 0, max: 1, exclusiveMax: true });
    return [1 - zoomRange, 1 + zoomRange];
  }
  checkRange("zoomRange", zoomRange, true);
  return copyRange(zoomRange);
}

function resolveColour({
  channelShiftRange = 0,
  brightnessRange,
  rescale = 1 / 255,
}: ImageDataGeneratorOptions) {
  checkNumber(SUBJECT, "channelShiftRange", channelShiftRange, { min: 0 });
  if (brightnessRange !== undefined) checkRange("brightnessRange", brightnessRange, false);
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
    channelShiftRange,
    brightnessRange: brightnessRange && copyRange(brightnessRange),
    rescale: rescale ?? 1,
  };
}

/** The switches that Keras turns on or off along with others, refusing what contradicts itself. */
function resolveStandardization(options: ImageDataGeneratorOptions) {
  const {
    preprocessingFunction,
    samplewiseStdNormalization = false,
    featurewiseStdNormalization = false,
    zcaWhitening = false,
    zcaEpsilon = 1e-6,
  } = options;
  check(
    preprocessingFunction === undefined || typeof preprocessingFunction === "function",
    SUBJECT,
    "preprocessingFunction to be a function",
    describe(preprocessingFunction),
    "pass (image, shape) => image",
  );
  checkBoolean(SUBJECT, "samplewiseStdNormalization", samplewiseStdNormalization);
  checkBoolean(SUBJECT, "featurewiseStdNormalization", featurewiseStdNormalization);
  checkBoolean(SUBJECT, "zcaWhitening", zcaWhitening);
  checkNumber(SUBJECT, "zcaEpsilon", zcaEpsilon, { min: 0, exclusiveMin: true });
  check(
    !(zcaWhitening && featurewiseStdNormalization),
    SUBJECT,
    "either zcaWhitening or featurewiseStdNormalization",
    "both",
    "leave out featurewiseStdNormalization, which whitening replaces",
  );
  const needsFeatures = zcaWhitening ? "zcaWhitening" : "featurewiseStdNormalization";
  return {
    preprocessingFunction,
    samplewiseCenter: resolveCenter(
      options,
      "samplewiseCenter",
      samplewiseStdNormalization ? "samplewiseStdNormalization" : undefined,
    ),
    samplewiseStdNormalization,
    featurewiseCenter: resolveCenter(
      options,
      "featurewiseCenter",
      featurewiseStdNormalization || zcaWhitening ? needsFeatures : undefined,
    ),
    featurewiseStdNormalization,
    zcaWhitening,
    zcaEpsilon,
  };
}

/** A centring switch, which an option that needs it turns on by itself. */
function resolveCenter(
  options: ImageDataGeneratorOptions,
  name: "samplewiseCenter" | "featurewiseCenter",
  neededBy: string | undefined,
): boolean {
  const { [name]: center = neededBy !== undefined } = options;
  checkBoolean(SUBJECT, name, center);
  check(
    center || neededBy === undefined,
    SUBJECT,
    `${name} to stay on with ${neededBy}, which cannot do without it`,
    "false",
    `leave ${name} out`,
  );
  return center;
}

const copyRange = ([low, high]: FactorRange): FactorRange => [low, high];

/** Throws unless `range` is [low, high] with 0 <= low <= high (0 < low if `positive`). */
function checkRange(name: string, range: unknown, positive: boolean): asserts range is FactorRange {
  check(
    isArray(range) && range.length === 2,
    SUBJECT,
    `${name} to be a pair [low, high]`,
    describe(range),
    "pass e.g. [0.8, 1.2]",
  );
  const [low, high] = range;
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
