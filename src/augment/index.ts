export type { Batch, Flow } from "./flow.ts";
export type { ImageDataGeneratorOptions, Range } from "./generator-options.ts";
export { ImageDataGenerator, type GeneratorFlowOptions } from "./image-data-generator.ts";
export { imageFlow, type ImageFlowOptions } from "./image-flow.ts";
export type { ShiftRange } from "./shift-range.ts";
export {
  IDENTITY_TRANSFORM,
  type AxisOrder,
  type FillMode,
  type InterpolationOrder,
  type Transform,
} from "./transform.ts";
