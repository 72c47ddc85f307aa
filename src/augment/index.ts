export type { FactorRange } from "../options.ts";
export type { Augmenter, AugmenterJSON } from "./augmenter.ts";
export { augmenterFromJSON } from "./augmenter-from-json.ts";
export { pipeline, type Pipeline, type PipelineOptions } from "./pipeline.ts";
export type { FeatureStatistics } from "./keras/feature-statistics.ts";
export type { Batch, Flow } from "./flow.ts";
export type { ImageDataGeneratorOptions, RandomStreamKind } from "./keras/generator-options.ts";
export type { Subset } from "./keras/generator-subset.ts";
export {
  ImageDataGenerator,
  type GeneratorFitOptions,
  type GeneratorFlowOptions,
} from "./keras/image-data-generator.ts";
export type { SetFlowOptions } from "./flow-options.ts";
export { imageFlow, type ImageFlowOptions } from "./image-flow.ts";
export type { SavedImage, SaveFunction } from "./keras/saved-image.ts";
export type { ShiftRange } from "./keras/shift-range.ts";
export type { PreprocessingFunction } from "./keras/standardizer.ts";
export {
  IDENTITY_TRANSFORM,
  type AxisOrder,
  type FillMode,
  type InterpolationOrder,
  type Transform,
} from "./keras/transform.ts";

export { compose, type Augmentation, type DrawContext } from "./operations/augmentation.ts";
export type { PixelBox, FillColor } from "./operations/box.ts";
export {
  colorJitter,
  type ColorJitterOptions,
  type JitterStep,
} from "./operations/color-jitter.ts";
export { cutmix, type CutmixParameters } from "./mix/cutmix.ts";
export { cutout, type CutoutOptions } from "./operations/cutout.ts";
export {
  alternatingFlip,
  randomFlip,
  type FlipParameters,
  type RandomFlipOptions,
} from "./operations/flip.ts";
export type { Mix, MixParameters } from "./mix/mix.ts";
export { mixup, type MixOptions } from "./mix/mixup.ts";
export type { OperationName, OperationStep } from "./operations/operations.ts";
export { randAugment, type RandAugmentOptions } from "./operations/rand-augment.ts";
export { randomAffine, type RandomAffineOptions } from "./operations/random-affine.ts";
export {
  randomCrop,
  type CropParameters,
  type PaddingMode,
  type RandomCropOptions,
} from "./operations/random-crop.ts";
export { randomErasing, type RandomErasingOptions } from "./operations/random-erasing.ts";
export { trivialAugment } from "./operations/trivial-augment.ts";
