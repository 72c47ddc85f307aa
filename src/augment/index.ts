export type { FeatureStatistics } from "./feature-statistics.ts";
export type { Batch, Flow } from "./flow.ts";
export type {
  ImageDataGeneratorOptions,
  RandomStreamKind,
  FactorRange,
} from "./generator-options.ts";
export type { Subset } from "./generator-subset.ts";
export {
  ImageDataGenerator,
  type GeneratorFitOptions,
  type GeneratorFlowOptions,
  type GeneratorState,
} from "./image-data-generator.ts";
export { imageFlow, type ImageFlowOptions } from "./image-flow.ts";
export type { SavedImage, SaveFunction } from "./saved-image.ts";
export type { ShiftRange } from "./shift-range.ts";
export type { PreprocessingFunction } from "./standardizer.ts";
export {
  IDENTITY_TRANSFORM,
  type AxisOrder,
  type FillMode,
  type InterpolationOrder,
  type Transform,
} from "./transform.ts";

export { compose, type Augmentation, type DrawContext } from "./modern/augmentation.ts";
export type { PixelBox, FillColor } from "./modern/box.ts";
export { colorJitter, type ColorJitterOptions, type JitterStep } from "./modern/color-jitter.ts";
export { cutmix, type CutmixParameters } from "./modern/cutmix.ts";
export { cutout, type CutoutOptions } from "./modern/cutout.ts";
export {
  alternatingFlip,
  randomFlip,
  type FlipParameters,
  type RandomFlipOptions,
} from "./modern/flip.ts";
export type { Mix, MixParameters } from "./modern/mix.ts";
export { mixup, type MixOptions } from "./modern/mixup.ts";
export type { OperationName, OperationStep } from "./modern/operations.ts";
export { randAugment, type RandAugmentOptions } from "./modern/rand-augment.ts";
export { randomAffine, type RandomAffineOptions } from "./modern/random-affine.ts";
export {
  randomCrop,
  type CropParameters,
  type PaddingMode,
  type RandomCropOptions,
} from "./modern/random-crop.ts";
export { randomErasing, type RandomErasingOptions } from "./modern/random-erasing.ts";
export { trivialAugment } from "./modern/trivial-augment.ts";
