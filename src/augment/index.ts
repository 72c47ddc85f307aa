export type { Batch, Flow } from "./flow.ts";
export type { ImageDataGeneratorOptions, RandomStreamKind, Range } from "./generator-options.ts";
export type { Subset } from "./generator-subset.ts";
export {
  ImageDataGenerator,
  type GeneratorFitOptions,
  type GeneratorFlowOptions,
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
